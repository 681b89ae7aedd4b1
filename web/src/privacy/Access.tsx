import { useState, type FormEvent } from "react";
import type { AccessEntry, ConsultId } from "../api/types";
import { useTexts } from "../i18n";
import { Button, EmptyState, ErrorView, Field, Instant, Loading } from "../ui";
import { focusFault } from "../ui/focusFault";
import { goTo } from "../ui/useHash";
import { findConsult, labelOf } from "./consultRef";
import { useAccessLog, useKnownConsults } from "./queries";

/** Who has seen the images of one consult. */
export function Access({ consult }: { consult: ConsultId | null }) {
  const t = useTexts("privacy");
  const known = useKnownConsults();
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const found = findConsult(typed, known);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    focusFault(event.currentTarget);
    if ("problem" in found) return;
    setTried(false);
    setTyped("");
    goTo(`#/access/${found.id}`);
  };
  return (
    <section className="stack" aria-labelledby="access-title">
      <div>
        <h1 id="access-title">{t("access.heading")}</h1>
        <p className="muted">{t("access.intro")}</p>
      </div>
      <form className="consult-form" noValidate onSubmit={submit}>
        <Field
          label={t("consult.label")}
          description={t("consult.hint")}
          value={typed}
          onChange={setTyped}
          error={tried && "problem" in found ? t(`consult.${found.problem}`) : null}
          maxLength={36}
        />
        <Button type="submit" variant="primary">
          {t("access.show")}
        </Button>
      </form>
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
            <th scope="col">{t("access.study")}</th>
            <th scope="col">{t("access.session")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${entry.session} ${entry.study_id} ${entry.at}`}>
              <td>
                <Instant at={entry.at} />
              </td>
              <td>
                {entry.person?.name ?? t("access.machine")}
                {entry.person && <span className="muted small block">{entry.person.hospital}</span>}
              </td>
              {/* Ends of ids: enough to tell two of them apart at a glance. */}
              <td className="mono">{entry.study_id.slice(-8)}</td>
              <td className="mono">{entry.session.slice(0, 8)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
