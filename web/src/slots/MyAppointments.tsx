import { useState } from "react";
import { useConsults } from "../api/query";
import type { ConsultSummary, Me } from "../api/types";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { Banner, Button, Dialog, ErrorView, Instant, LinkButton, UrgencyBadge } from "../ui";
import { SlotDialog } from "./SlotDialog";
import { appointmentsOf } from "./slots";
import "./slots.css";
import "./texts";

/** A specialist's appointments, those that wait for a yes first. Nothing where there are none. */
export function MyAppointments({ me }: { me: Me }) {
  const t = useTexts("slots");
  const consults = useConsults();
  const lists = appointmentsOf(consults.data ?? [], me.person.id);
  const all = [...lists.asked, ...lists.waiting, ...lists.booked];
  if (all.length + lists.gone.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="appointments-title">
      <h2 id="appointments-title">{t("mine.heading")}</h2>
      {lists.gone.map((consult) => (
        <Banner key={consult.id} tone="warn" role="note">
          {t("mine.gone", { label: consult.label, name: consult.appointment?.slot?.person.name ?? "" })}
        </Banner>
      ))}
      <ul className="stack">
        {all.map((consult) => (
          <li key={consult.id}>
            <AppointmentCard consult={consult} me={me} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function AppointmentCard({ consult, me }: { consult: ConsultSummary; me: Me }) {
  const t = useTexts("slots");
  const work = useAct(consult.id);
  const [isOther, setOther] = useState(false);
  const [isDeclining, setDeclining] = useState(false);
  const { appointment } = consult;
  const slot = appointment?.slot;
  if (!appointment || !slot) return null;
  const isAsked = !appointment.confirmed_by_specialist;
  const { zone } = consult.service;
  const decline = async () => {
    if (await work.act({ type: "decline_slot", start: slot.start })) setDeclining(false);
  };
  return (
    <article className={`card stack appointment${isAsked ? " is-asked" : ""}`}>
      <div className="row spread">
        <strong className="appointment-time">
          <Instant at={slot.start} zone={zone} />
        </strong>
        <UrgencyBadge urgency={consult.urgency} />
      </div>
      <p>
        {consult.service.name} · {consult.hospital.name} · {consult.label}
      </p>
      <p className="muted small">
        {isAsked ? t("mine.asked") : t(appointment.status === "booked" ? "mine.booked" : "mine.waiting")}{" "}
        {isAsked && appointment.confirm_by != null && (
          <>
            {t("confirmBy")} <Instant at={appointment.confirm_by} zone={zone} />
          </>
        )}
        {appointment.status === "booked" && appointment.room_opens_at != null && (
          <>
            {t("roomOpens")} <Instant at={appointment.room_opens_at} zone={zone} />
          </>
        )}
      </p>
      {work.error !== null && !isOther && !isDeclining && <ErrorView error={work.error} />}
      {isAsked && (
        <Button
          variant="ok"
          size="large"
          block
          isPending={work.pending === "confirm_slot"}
          onPress={() => void work.act({ type: "confirm_slot", start: slot.start })}
        >
          {t("confirm")}
        </Button>
      )}
      <div className="row">
        <LinkButton href={`#/consult/${consult.id}`}>{t("mine.case")}</LinkButton>
        <Button onPress={() => setOther(true)}>{t("mine.propose")}</Button>
        <Button onPress={() => setDeclining(true)}>{t("decline")}</Button>
      </div>
      <SlotDialog
        consult={consult}
        work={work}
        action="propose_slot"
        only={me.person.id}
        isOpen={isOther}
        onClose={() => setOther(false)}
      />
      <Dialog
        title={t("mine.declineTitle")}
        isOpen={isDeclining}
        onClose={() => setDeclining(false)}
        role="alertdialog"
        actions={
          <>
            <Button onPress={() => setDeclining(false)}>{t("common:cancel")}</Button>
            <Button variant="danger" isPending={work.pending === "decline_slot"} onPress={() => void decline()}>
              {t("decline")}
            </Button>
          </>
        }
      >
        {work.error !== null && <ErrorView error={work.error} />}
        <p>{t("mine.declineText")}</p>
      </Dialog>
    </article>
  );
}
