import type { ConsultDetail, Ring } from "../api/types";
import { useTexts } from "../i18n";
import { askedSince } from "../state/lists";
import { formatElapsed, secondsLeft } from "../state/time";
import { AppointmentPanel } from "../slots/AppointmentPanel";
import { Elapsed, Eta, LinkButton, PhoneLink, StateBadge, useNow } from "../ui";

/** Where the consult stands, large enough to be read across the room: the clock, who is asked, what to do. */
export function Standing({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("refer");
  const { summary, actions } = detail;
  if (summary.state === "booked") return <AppointmentPanel detail={detail} />;
  const isOver = summary.state === "closed" || summary.state === "cancelled";
  const isWaiting = summary.state === "ringing" || summary.state === "unanswered";
  return (
    <section className={`card standing standing-${summary.state}`} aria-label={t(`common:state.${summary.state}`)}>
      <div className="standing-clock">
        <Elapsed
          since={askedSince(summary)}
          until={isOver ? summary.state_since : null}
          className="standing-time"
        />
        <span className="muted">{t("consult.since")}</span>
      </div>
      <div className="standing-what stack" aria-live="polite">
        <div className="row">
          <StateBadge state={summary.state} queued={Boolean(summary.queue)} />
          {summary.eta && !isOver && <Eta at={summary.eta} />}
        </div>
        {isWaiting ? <Waiting detail={detail} /> : <Found detail={detail} />}
      </div>
      {actions.includes("join") && (
        // Once the answer is there, reading it comes first; the room stays within reach.
        <LinkButton
          variant={summary.state === "reported" ? "secondary" : "ok"}
          size={summary.state === "reported" ? "normal" : "huge"}
          block
          href={`/room/${summary.id}`}
        >
          {t("consult.enter")}
        </LinkButton>
      )}
    </section>
  );
}

function Waiting({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("refer");
  const now = useNow();
  const { summary } = detail;
  const ringing = detail.rings.filter((ring) => ring.outcome === "ringing");
  const earlier = latestPerPerson(detail.rings.filter((ring) => ring.outcome !== "ringing"));
  const why = summary.queue ? "queued" : summary.alarm === "nobody_on_duty" ? "nobody" : "unanswered";
  const promisedUntil = summary.promised_until ?? null;
  return (
    <>
      {summary.state === "unanswered" && (
        <div className={`standing-alarm stack${summary.queue ? " is-queued" : ""}`}>
          <h2>{t(`consult.${why}`)}</h2>
          <p>{t(`consult.${why}Text`)}</p>
          <PhoneLink number={summary.service.fallback_phone} label={summary.service.name} large />
        </div>
      )}
      {promisedUntil !== null && summary.promised_by && (
        <p className="standing-person">
          {promisedUntil > now ? (
            <>
              {t("consult.promised", { name: summary.promised_by.name })}{" "}
              <strong className="clock" role="timer" aria-live="off">
                {formatElapsed(promisedUntil - now)}
              </strong>
            </>
          ) : (
            t("consult.promisedOver", { name: summary.promised_by.name })
          )}
        </p>
      )}
      {ringing.length > 0 && (
        <ul className="ring-list">
          {ringing.map((ring) => (
            <RingLine key={ring.ring_id} ring={ring} now={now} />
          ))}
        </ul>
      )}
      {summary.state === "ringing" && <p className="muted small">{t("consult.nextStep")}</p>}
      {earlier.length > 0 && (
        <div>
          <h3 className="small muted">{t("consult.rings")}</h3>
          <ul className="ring-past">
            {earlier.map((ring) => (
              <li key={ring.ring_id}>
                {ring.person.name} {t(`common:outcome.${ring.outcome}`)}
                {ring.declined_because && `: ${t(`common:decline.${ring.declined_because}`)}`}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function RingLine({ ring, now }: { ring: Ring; now: number }) {
  const t = useTexts("refer");
  const seconds = secondsLeft(ring.until, now);
  const delivery = ring.seen_at ? "seen" : ring.delivered_at ? "delivered" : "no";
  return (
    <li className="ring-line">
      <span className="ring-pulse" aria-hidden="true" />
      <span className="ring-who">
        <strong>{ring.person.name}</strong>
        <span className="muted"> {ring.person.hospital}</span>
        <span className={`ring-delivery is-${delivery}`}>{t(`consult.delivery.${delivery}`)}</span>
      </span>
      <span className="ring-left clock" aria-hidden="true">
        {t("consult.ringingLeft", { time: seconds > 90 ? formatElapsed(seconds * 1000) : `${seconds} s` })}
      </span>
    </li>
  );
}

/** The last ring of each person, in the order in which they were rung. */
function latestPerPerson(rings: readonly Ring[]): Ring[] {
  const latest = new Map<string, Ring>();
  for (const ring of rings.toSorted((a, b) => a.started_at - b.started_at)) latest.set(ring.person.id, ring);
  return [...latest.values()];
}

function Found({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("refer");
  const { summary } = detail;
  const name = summary.specialist?.name ?? "";
  const names = summary.in_room.map((person) => person.name).join(", ");
  switch (summary.state) {
    case "closed":
      return <p className="standing-person">{t("consult.closed")}</p>;
    case "cancelled":
      return <p className="standing-person">{t("consult.cancelled")}</p>;
    case "reporting":
    case "reported":
    case "acknowledged":
      return <p className="standing-person">{t(`consult.${summary.state}`, { name })}</p>;
    default:
      return (
        <>
          {summary.specialist && (
            <p className="standing-person">
              {t("consult.accepted", { name })}
              <span className="muted"> · {summary.specialist.hospital}</span>
            </p>
          )}
          {names !== "" && <p>{t("consult.inRoom", { names, count: summary.in_room.length })}</p>}
        </>
      );
  }
}
