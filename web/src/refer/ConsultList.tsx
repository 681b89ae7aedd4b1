import { useConsults } from "../api/query";
import type { ConsultSummary } from "../api/types";
import { useTexts } from "../i18n";
import { formatReferRoute } from "../state/route";
import { Elapsed, EmptyState, ErrorView, Eta, LinkButton, Loading, StateBadge, UrgencyBadge } from "../ui";

export function ConsultList() {
  const t = useTexts("refer");
  const consults = useConsults();
  return (
    <div className="stack">
      <LinkButton href={formatReferRoute({ page: "new" })} variant="primary" size="huge" block>
        {t("list.new")}
      </LinkButton>
      <h1 className="list-heading">{t("list.heading")}</h1>
      {consults.isPending && <Loading />}
      {consults.isError && <ErrorView error={consults.error} onRetry={() => void consults.refetch()} />}
      {consults.data?.length === 0 && <EmptyState title={t("list.empty")}>{t("list.emptyHint")}</EmptyState>}
      {consults.data && consults.data.length > 0 && (
        <ul className="consult-list">
          {consults.data.map((consult) => (
            <li key={consult.id}>
              <ConsultRow consult={consult} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function ConsultRow({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("refer");
  const names = consult.ringing.map((person) => person.name).join(", ");
  return (
    <a
      className={`consult-row tone-edge-${consult.urgency}`}
      href={formatReferRoute({ page: "consult", id: consult.id })}
    >
      <div className="row spread">
        <span className="row">
          <UrgencyBadge urgency={consult.urgency} />
          <strong>{consult.service.name}</strong>
        </span>
        <span className="consult-row-clock">
          <Elapsed since={consult.created_at} />
        </span>
      </div>
      <div className="row">
        <StateBadge state={consult.state} />
        {names !== "" && <span>{t("list.ringingAt", { names })}</span>}
        {consult.specialist && <span>{t("list.acceptedBy", { name: consult.specialist.name })}</span>}
        {consult.eta && <Eta at={consult.eta} />}
      </div>
      <div className="row muted small">
        <span>{consult.label}</span>
        {consult.studies > 0 && <span>{t("list.images", { count: consult.studies })}</span>}
        {consult.missing.length > 0 && <span>{t("list.missing", { count: consult.missing.length })}</span>}
      </div>
    </a>
  );
}
