import { useConsult } from "../api/query";
import type { ConsultSummary, Me } from "../api/types";
import { OfferActions } from "../consult/OfferActions";
import { GuestsAtDoor } from "../consult/Summons";
import { PrefetchLine } from "../device/PrefetchLine";
import { useTexts } from "../i18n";
import { askedSince } from "../state/lists";
import { formatElapsed } from "../state/time";
import { Elapsed, Eta, LinkButton, StateBadge, TestBadge, UrgencyBadge, useNow } from "../ui";

const HAS_ROOM: ReadonlySet<ConsultSummary["state"]> = new Set(["accepted", "in_session", "reporting"]);

/** The report is written from what was seen already. */
const PREFETCHED: ReadonlySet<ConsultSummary["state"]> = new Set(["accepted", "in_session"]);

/** A consult of this specialist, with the way into its room. */
export function ConsultCard({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("oncall");
  return (
    <article className="card stack">
      <div className="row spread">
        <div className="row">
          <UrgencyBadge urgency={consult.urgency} />
          <TestBadge isTest={consult.is_test} />
          <StateBadge state={consult.state} queued={Boolean(consult.queue)} />
        </div>
        <span className="case-clock">
          <Elapsed since={askedSince(consult)} />
        </span>
      </div>
      <Where consult={consult} />
      <GuestsAtDoor consult={consult} />
      <div className="case-buttons">
        {HAS_ROOM.has(consult.state) && (
          <LinkButton variant="ok" size="large" href={`/room/${consult.id}`}>
            {t("consults.enter")}
          </LinkButton>
        )}
        <LinkButton size="large" href={`#/consult/${consult.id}`}>
          {t("consults.open")}
        </LinkButton>
      </div>
      {PREFETCHED.has(consult.state) && <PrefetchLine id={consult.id} />}
    </article>
  );
}

/** From which house, for which service. */
export function Where({ consult }: { consult: ConsultSummary }) {
  return (
    <div>
      <strong className="case-hospital">{consult.hospital.name}</strong>
      <p className="muted">
        {consult.service.name} · {consult.label}
        {consult.eta && (
          <>
            {" · "}
            <Eta at={consult.eta} />
          </>
        )}
      </p>
    </div>
  );
}

/** A patient on the way: how long until they arrive. Nobody is rung yet. */
export function PrealertCard({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("oncall");
  return (
    <article className="card stack prealert">
      <div className="row spread">
        <div className="row">
          <UrgencyBadge urgency={consult.urgency} />
          <TestBadge isTest={consult.is_test} />
          <StateBadge state={consult.state} />
        </div>
        <Arrival consult={consult} />
      </div>
      <div>
        <strong className="case-hospital">{consult.hospital.name}</strong>
        <p className="muted">
          {consult.service.name} · {consult.label}
        </p>
      </div>
      <p className="muted small">{t("prealerts.hint")}</p>
      <div>
        <LinkButton href={`#/consult/${consult.id}`}>{t("prealerts.open")}</LinkButton>
      </div>
    </article>
  );
}

/** How long until the patient arrives, to the second. */
export function Arrival({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("oncall");
  const now = useNow();
  const eta = consult.eta ?? null;
  if (eta === null) return null;
  return (
    <span className="prealert-clock">
      <span className="muted small">{t("prealerts.arrivesIn")}</span>{" "}
      <strong className="case-clock clock" role="timer" aria-live="off">
        {eta > now ? formatElapsed(eta - now) : t("prealerts.arrived")}
      </strong>
    </span>
  );
}

/** Offered by a colleague at a shift change or by the coordinator. */
export function OfferCard({ consult, me }: { consult: ConsultSummary; me: Me }) {
  const t = useTexts("oncall");
  const detail = useConsult(consult.id);
  const { offer } = consult;
  if (!offer) return null;
  return (
    <article className="card stack promise">
      <div className="row spread">
        <h2>{offer.is_hand_over ? t("offer.handOver", { name: offer.by.name }) : t("offer.assigned", { name: offer.by.name })}</h2>
        <span className="case-clock">
          <Elapsed since={offer.at} />
        </span>
      </div>
      <div className="row">
        <UrgencyBadge urgency={consult.urgency} />
        <StateBadge state={consult.state} />
      </div>
      <Where consult={consult} />
      {detail.data && <OfferActions detail={detail.data} me={me.person.id} />}
      <div>
        <LinkButton href={`#/consult/${consult.id}`}>{t("offer.open")}</LinkButton>
      </div>
    </article>
  );
}

/** A report that is not signed yet. */
export function ReportCard({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("oncall");
  return (
    <article className="row spread report-open">
      <div>
        <strong>{consult.hospital.name}</strong>
        <p className="muted">
          {consult.service.name} · {consult.label} · {t("reports.since")} <Elapsed since={consult.state_since} />
        </p>
      </div>
      <span className="row">
        <GuestsAtDoor consult={consult} />
        <LinkButton variant="primary" href={`#/consult/${consult.id}`}>
          {t("reports.write")}
        </LinkButton>
      </span>
    </article>
  );
}
