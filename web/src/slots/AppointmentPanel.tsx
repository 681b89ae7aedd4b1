import { useState } from "react";
import type { Appointment, ConsultDetail } from "../api/types";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { Banner, Button, ErrorView, Instant } from "../ui";
import { SlotDialog } from "./SlotDialog";
import "./slots.css";
import "./texts";

/** The appointment, for the house that asks and for the desk: when, with whom, who still has to say yes, and what can be done. */
export function AppointmentPanel({ detail, level: Heading = "h2" }: { detail: ConsultDetail; level?: "h2" | "h3" }) {
  const t = useTexts("slots");
  const work = useAct(detail.summary.id);
  const [isPicking, setPicking] = useState(false);
  const { summary, actions } = detail;
  const appointment = summary.appointment;
  if (!appointment) return null;
  const slot = appointment.slot ?? null;
  const can = (name: (typeof actions)[number]) => actions.includes(name);
  const asksUs = slot !== null && can("confirm_slot") && !appointment.confirmed_by_requester;
  return (
    <section className="card stack appointment" aria-labelledby="appointment-title">
      <Heading id="appointment-title">{t(`status.${appointment.status}`)}</Heading>
      {work.error !== null && !isPicking && <ErrorView error={work.error} />}
      {slot ? (
        <p className="appointment-time">
          <strong>
            <Instant at={slot.start} zone={summary.service.zone} />
          </strong>
          <span>{t("with", { name: slot.person.name, hospital: slot.person.hospital })}</span>
        </p>
      ) : (
        <WhyNone appointment={appointment} deadline={summary.deadline ?? null} zone={summary.service.zone} />
      )}
      <Yes appointment={appointment} zone={summary.service.zone} />
      {asksUs && (
        <div className="row">
          <Button
            variant="ok"
            size="large"
            isPending={work.pending === "confirm_slot"}
            onPress={() => void work.act({ type: "confirm_slot", start: slot.start })}
          >
            {t("confirm")}
          </Button>
          <Button
            size="large"
            isPending={work.pending === "decline_slot"}
            onPress={() => void work.act({ type: "decline_slot", start: slot.start })}
          >
            {t("decline")}
          </Button>
        </div>
      )}
      <div className="row">
        {can("book_slot") && <Button onPress={() => setPicking(true)}>{t(slot ? "move" : "choose")}</Button>}
        {slot && can("await_slot") && (
          <Button isPending={work.pending === "await_slot"} onPress={() => void work.act({ type: "await_slot" })}>
            {t("giveUp")}
          </Button>
        )}
        {can("ring_now") && (
          <Button isPending={work.pending === "ring_now"} onPress={() => void work.act({ type: "ring_now" })}>
            {t("ringNow")}
          </Button>
        )}
      </div>
      <SlotDialog consult={summary} work={work} action="book_slot" isOpen={isPicking} onClose={() => setPicking(false)} />
    </section>
  );
}

function WhyNone({ appointment, deadline, zone }: { appointment: Appointment; deadline: number | null; zone: string }) {
  const t = useTexts("slots");
  const why = appointment.last_end;
  return (
    <>
      {why && why !== "moved" && why !== "cancelled" && (
        <Banner tone="warn" role="note">
          {t(`end.${why}`, { name: appointment.before.map((person) => person.name).join(", ") })}
        </Banner>
      )}
      <p>
        {t("waits")}{" "}
        {deadline !== null && (
          <>
            {t("waitsUntil")} <Instant at={deadline} zone={zone} />.
          </>
        )}
      </p>
    </>
  );
}

/** Who has said yes, and until when the others have to. */
function Yes({ appointment, zone }: { appointment: Appointment; zone: string }) {
  const t = useTexts("slots");
  const { slot } = appointment;
  if (!slot) return null;
  const sides = [
    [t("side.specialist", { name: slot.person.name }), appointment.confirmed_by_specialist],
    [t("side.requester"), appointment.confirmed_by_requester],
  ] as const;
  return (
    <div className="stack">
      {appointment.last_end === "duty_changed" && <Banner tone="warn" role="note">{t("dutyChanged", { name: slot.person.name })}</Banner>}
      <ul className="appointment-sides">
        {sides.map(([name, has]) => (
          <li key={name} className={has ? "has-confirmed" : undefined}>
            {has ? "✓" : "…"} {t(has ? "hasConfirmed" : "hasNotConfirmed", { name })}
          </li>
        ))}
      </ul>
      {appointment.confirm_by != null && (
        <p className="muted small">
          {t("confirmBy")} <Instant at={appointment.confirm_by} zone={zone} />
        </p>
      )}
      {appointment.status === "booked" && appointment.room_opens_at != null && (
        <p className="muted small">
          {t("roomOpens")} <Instant at={appointment.room_opens_at} zone={zone} />
        </p>
      )}
    </div>
  );
}
