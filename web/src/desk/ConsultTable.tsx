import type { ConsultSummary } from "../api/types";
import { useTexts } from "../i18n";
import { isLoud } from "../state/board";
import { Elapsed, EmptyState, Eta, StateBadge, UrgencyBadge } from "../ui";

/** Every open consult: a table on a wall, cards on a phone. */
export function ConsultTable({ consults }: { consults: readonly ConsultSummary[] }) {
  const t = useTexts("desk");
  return (
    <section className="stack board-consults" aria-labelledby="consults-title">
      <h2 id="consults-title">{t("consults.heading")}</h2>
      {consults.length === 0 ? (
        <EmptyState title={t("consults.empty")} />
      ) : (
        <table className="consult-table">
          <thead>
            <tr>
              <th scope="col">{t("consults.clock")}</th>
              <th scope="col">{t("consults.state")}</th>
              <th scope="col">{t("consults.service")}</th>
              <th scope="col">{t("consults.from")}</th>
              <th scope="col">{t("consults.who")}</th>
            </tr>
          </thead>
          <tbody>
            {consults.map((consult) => (
              <Row key={consult.id} consult={consult} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("desk");
  return (
    <tr className={`tone-edge-${consult.urgency}${consult.alarm ? (isLoud(consult.alarm) ? " has-alarm" : " has-late") : ""}`}>
      <td className="cell-clock">
        <Elapsed since={consult.created_at} />
      </td>
      <td className="cell-state">
        <div className="row">
          <StateBadge state={consult.state} />
          <UrgencyBadge urgency={consult.urgency} />
        </div>
        <span className="muted small">
          {t("consults.inState")} <Elapsed since={consult.state_since} />
        </span>
      </td>
      <td>
        <a className="row-link" href={`#/consult/${consult.id}`}>
          {consult.service.name}
        </a>
        <span className="muted small block">{consult.label}</span>
      </td>
      <td>
        {consult.hospital.name}
        <span className="muted small block">
          {consult.requester.name}
          {consult.eta && (
            <>
              {" · "}
              <Eta at={consult.eta} />
            </>
          )}
        </span>
      </td>
      <td>
        <Who consult={consult} />
      </td>
    </tr>
  );
}

function Who({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("desk");
  const names = (people: readonly { name: string }[]) => people.map((person) => person.name).join(", ");
  const parts = [
    consult.specialist?.name,
    consult.ringing.length > 0 ? t("consults.ringing", { names: names(consult.ringing) }) : null,
    consult.promised_by ? t("consults.promised", { name: consult.promised_by.name }) : null,
    consult.in_room.length > 0 ? t("consults.inRoom", { names: names(consult.in_room) }) : null,
  ].filter(Boolean);
  return parts.length === 0 ? <span className="muted">–</span> : <>{parts.join(" · ")}</>;
}
