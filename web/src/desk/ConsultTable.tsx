import type { ConsultSummary } from "../api/types";
import { useTexts } from "../i18n";
import { isLoud } from "../state/board";
import { Place } from "../consult/Notes";
import { askedSince } from "../state/lists";
import { names } from "../state/notes";
import { Elapsed, EmptyState, Eta, StateBadge, TestBadge, UrgencyBadge } from "../ui";

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
        <Elapsed since={askedSince(consult)} />
      </td>
      <td className="cell-state">
        <div className="row">
          <StateBadge state={consult.state} queued={Boolean(consult.queue)} />
          <UrgencyBadge urgency={consult.urgency} />
          <TestBadge isTest={consult.is_test} />
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
  const { queue, offer, taken_over_by: by } = consult;
  const parts = [
    consult.specialist?.name,
    consult.ringing.length > 0 ? t("consults.ringing", { names: names(consult.ringing) }) : null,
    consult.promised_by ? t("consults.promised", { name: consult.promised_by.name }) : null,
    queue ? t("consults.queued", { names: names(queue.behind) }) : null,
    consult.in_room.length > 0 ? t("consults.inRoom", { names: names(consult.in_room) }) : null,
    consult.participants.length > 0 ? t("consults.with", { names: names(consult.participants.map(({ person }) => person)) }) : null,
  ].filter(Boolean);
  const badges = [
    by ? t("consults.takenOver", { name: by.name }) : null,
    offer ? t("consults.offered", { name: offer.to.name }) : null,
    consult.asked_for_more ? t("consults.asked") : null,
    consult.waiting_guests > 0 ? t("consults.guests", { count: consult.waiting_guests }) : null,
  ].filter((badge) => badge !== null);
  const isEmpty = parts.length === 0 && badges.length === 0 && !consult.eta;
  return (
    <>
      {consult.eta && (
        <strong className="block">
          <Eta at={consult.eta} />
        </strong>
      )}
      {isEmpty ? <span className="muted">–</span> : parts.join(" · ")}
      {queue && (
        <span className="block">
          <Place ahead={queue.ahead} />
        </span>
      )}
      {badges.length > 0 && (
        <span className="row who-badges">
          {badges.map((badge) => (
            <span key={badge} className="badge state-act">
              {badge}
            </span>
          ))}
        </span>
      )}
    </>
  );
}
