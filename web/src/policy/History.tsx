import { useQuery } from "@tanstack/react-query";
import { policyApi } from "../api/policy";
import { useTexts } from "../i18n";
import { Button, ErrorView, Instant, Loading } from "../ui";
import { keyOfPolicies, type KeptService } from "./usePolicies";

interface Props {
  service: KeptService;
  onRestore(revision: number): void;
  onBack(): void;
}

/** What was written, by whom and why; an old version counts again by one press. */
export function History({ service, onRestore, onBack }: Props) {
  const t = useTexts("policy");
  const history = useQuery({ queryKey: [...keyOfPolicies(service.id), "history"], queryFn: () => policyApi.history(service.id) });
  return (
    <div className="stack">
      {history.isPending && <Loading />}
      {history.isError && <ErrorView error={history.error} onRetry={() => void history.refetch()} />}
      <ol className="policy-list" data-testid="policy-history">
        {history.data?.map((version, index) => (
          <li key={version.revision} className="row spread policy-step">
            <span>
              <strong>{t("history.revision", { revision: version.revision })}</strong>{" "}
              {version.at ? <Instant at={version.at} zone={service.zone} /> : <span className="muted">{t("history.origin")}</span>}
              {version.by && `, ${version.by.name}`}
              {version.note !== "" && <span className="block">{version.note}</span>}
            </span>
            {index > 0 && (
              <Button variant="quiet" onPress={() => onRestore(version.revision)}>
                {t("history.restore")}
              </Button>
            )}
          </li>
        ))}
      </ol>
      <div>
        <Button onPress={onBack}>{t("history.back")}</Button>
      </div>
    </div>
  );
}
