import type { ConsultId } from "../api/types";
import { useTexts } from "../i18n";
import { EmptyState, ErrorView, LinkButton, Loading } from "../ui";
import { labelOf } from "./consultRef";
import { useRetention } from "./queries";

/** What will be deleted when, and what cannot be, because nobody has said that the report was taken over. */
export function Retention() {
  const t = useTexts("privacy");
  const retention = useRetention();
  return (
    <section className="stack" aria-labelledby="retention-title">
      <div>
        <h1 id="retention-title">{t("retention.heading")}</h1>
        {retention.data && <p className="muted">{t("retention.intro", { count: retention.data.after_days })}</p>}
      </div>
      {retention.isPending && <Loading />}
      {retention.isError && <ErrorView error={retention.error} onRetry={() => void retention.refetch()} />}
      {retention.data && (
        <>
          <dl className="figures">
            <Figure name={t("retention.due")} value={retention.data.due} />
            <Figure name={t("retention.purged")} value={retention.data.purged} />
            <Figure name={t("retention.studies")} value={retention.data.unattached_studies} />
            <Figure name={t("retention.open")} value={retention.data.not_taken_over.length} />
            <Figure name={t("retention.stillOpen")} value={retention.data.still_open.length} />
          </dl>
          <h2>{t("retention.openHeading")}</h2>
          {retention.data.not_taken_over.length === 0 ? (
            <EmptyState title={t("retention.noneOpen")} />
          ) : (
            <>
              <p className="muted">{t("retention.openText")}</p>
              <Consults ids={retention.data.not_taken_over} />
            </>
          )}
          {retention.data.still_open.length > 0 && (
            <>
              <h2>{t("retention.stillOpenHeading")}</h2>
              <p className="muted">{t("retention.stillOpenText", { count: retention.data.after_days })}</p>
              <Consults ids={retention.data.still_open} />
            </>
          )}
        </>
      )}
    </section>
  );
}

function Consults({ ids }: { ids: readonly ConsultId[] }) {
  const t = useTexts("privacy");
  return (
    <ul className="records">
      {ids.map((id) => (
        <li key={id} className="record">
          <div className="record-text">
            <span className="record-name">{labelOf(id)}</span>
            <span className="muted small mono">{id}</span>
          </div>
          <LinkButton href={`#/access/${id}`} aria-label={t("accessOf", { label: labelOf(id) })}>
            {t("access.open")}
          </LinkButton>
        </li>
      ))}
    </ul>
  );
}

function Figure({ name, value }: { name: string; value: number }) {
  return (
    <div className="figure card">
      <dt className="muted">{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
