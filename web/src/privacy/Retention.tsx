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
            <Figure name={t("retention.open")} value={retention.data.not_taken_over.length} />
          </dl>
          <h2>{t("retention.openHeading")}</h2>
          {retention.data.not_taken_over.length === 0 ? (
            <EmptyState title={t("retention.noneOpen")} />
          ) : (
            <>
              <p className="muted">{t("retention.openText")}</p>
              <ul className="records">
                {retention.data.not_taken_over.map((id) => (
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
            </>
          )}
        </>
      )}
    </section>
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
