import { useState, type FormEvent } from "react";
import { privacyApi } from "../api/privacy";
import type { AccessEntry, ConsultId } from "../api/types";
import { useTexts } from "../i18n";
import { Button, EmptyState, ErrorView, Instant, Loading } from "../ui";
import { focusFault } from "../ui/focusFault";
import { goTo } from "../ui/useHash";
import { ConsultField } from "./ConsultField";
import { findConsult, labelOf, type Found } from "./consultRef";
import { useAccessLog } from "./queries";

/** Who has read one consult, its report and its images. */
export function Access({ consult }: { consult: ConsultId | null }) {
  const t = useTexts("privacy");
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const type = (text: string) => {
    setTyped(text);
    setFound(null);
  };
  const show = (id: ConsultId) => {
    type("");
    goTo(`#/access/${id}`);
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (isPending) return;
    setPending(true);
    setError(null);
    try {
      const result = await findConsult(typed, privacyApi.namedConsults);
      if ("id" in result) show(result.id);
      else setFound(result);
      focusFault(form);
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };
  return (
    <section className="stack" aria-labelledby="access-title">
      <div>
        <h1 id="access-title">{t("access.heading")}</h1>
        <p className="muted">{t("access.intro")}</p>
      </div>
      <form className="consult-form" noValidate onSubmit={(event) => void submit(event)}>
        <ConsultField value={typed} onChange={type} found={found} onChoose={show} />
        <Button type="submit" variant="primary" isPending={isPending}>
          {t("access.show")}
        </Button>
      </form>
      {error !== null && <ErrorView error={error} />}
      {consult !== null && <Log key={consult} consult={consult} />}
    </section>
  );
}

function Log({ consult }: { consult: ConsultId }) {
  const t = useTexts("privacy");
  const log = useAccessLog(consult);
  const title = t("access.of", { label: labelOf(consult) });
  return (
    <section className="stack" aria-labelledby="log-title">
      <div>
        <h2 id="log-title">{title}</h2>
        <p className="muted small mono">{consult}</p>
      </div>
      {log.isPending && <Loading />}
      {log.isError && <ErrorView error={log.error} onRetry={() => void log.refetch()} />}
      {log.data?.length === 0 && <EmptyState title={t("access.empty")} />}
      {log.data !== undefined && log.data.length > 0 && <LogTable entries={log.data} title={title} />}
    </section>
  );
}

function LogTable({ entries, title }: { entries: readonly AccessEntry[]; title: string }) {
  const t = useTexts("privacy");
  return (
    <div className="scroll-table" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("access.at")}</th>
            <th scope="col">{t("access.who")}</th>
            <th scope="col">{t("access.what")}</th>
            <th scope="col">{t("access.study")}</th>
            <th scope="col">{t("access.session")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${entry.session} ${entry.kind} ${entry.study_id ?? ""} ${entry.at}`}>
              <td>
                <Instant at={entry.at} />
              </td>
              <td>
                {entry.person?.name ?? t("access.machine")}
                {entry.person && <span className="muted small block">{entry.person.hospital}</span>}
              </td>
              <td>{t(`accessKind.${entry.kind}`)}</td>
              {/* Ends of ids: enough to tell two of them apart at a glance. */}
              <td className="mono">{entry.study_id?.slice(-8)}</td>
              <td className="mono">{entry.session.slice(0, 8)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
