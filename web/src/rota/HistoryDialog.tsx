import { useQuery } from "@tanstack/react-query";
import { rotaApi } from "../api/rota";
import type { ServiceId } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Dialog, EmptyState, ErrorView, Instant, Loading } from "../ui";
import { keys } from "../api/query";

interface Props {
  service: ServiceId;
  zone: string;
  /** One has to be thrown away before another one is restored. */
  hasDraft: boolean;
  onRestore(revision: number): void;
  onClose(): void;
}

/** What was published, by whom and when; an old rota becomes the draft. */
export function HistoryDialog({ service, zone, hasDraft, onRestore, onClose }: Props) {
  const t = useTexts("rota");
  const history = useQuery({ queryKey: [...keys.rota, service, "history"], queryFn: () => rotaApi.history(service) });
  return (
    <Dialog title={t("history.title")} look="drawer" isOpen onClose={onClose}>
      {history.isPending && <Loading />}
      {history.isError && <ErrorView error={history.error} onRetry={() => void history.refetch()} />}
      {history.data?.length === 0 && <EmptyState title={t("history.empty")} />}
      {hasDraft && <p className="muted">{t("history.draftFirst")}</p>}
      <ol className="rota-list" data-testid="rota-history">
        {history.data?.map((version, index) => (
          <li key={version.revision} className="row spread">
            <span>
              <strong>{t("history.revision", { revision: version.revision })}</strong>
              {version.at && (
                <>
                  {" "}
                  <Instant at={version.at} zone={zone} />
                </>
              )}
              {version.by && `, ${version.by.name}`}
              {version.note !== "" && <span className="block">{version.note}</span>}
              {version.people_changed !== null && version.people_changed !== undefined && (
                <span className="block muted small">{t("history.changed", { count: version.people_changed })}</span>
              )}
            </span>
            {index > 0 && (
              <Button variant="quiet" isDisabled={hasDraft} onPress={() => onRestore(version.revision)}>
                {t("history.restore")}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
