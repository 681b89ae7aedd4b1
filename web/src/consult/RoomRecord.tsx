import { useState } from "react";
import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { Button, ErrorView, Instant } from "../ui";
import { ConsentDialog } from "./ConsentDialog";
import "./consult.css";
import "./texts";
import { useAct } from "./useAct";

/** Roll call, consent and guests as they were recorded, and the way to record what the patient says. */
export function RoomRecord({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("consult");
  const work = useAct(detail.summary.id);
  const { roll_call: rollCall, consent, guests } = detail;
  const [isAsking, setAsking] = useState(false);
  // Asked as early as possible: a patient who can answer now may not be able to when the room opens.
  const canAsk = detail.actions.includes("record_consent");
  if (!rollCall && !consent && guests.length === 0 && !canAsk) return null;
  const canRemove = detail.actions.includes("remove_guest");
  return (
    <section className="card stack" aria-labelledby="room-title">
      <h2 id="room-title">{t("room.heading")}</h2>
      {consent && (
        <p>
          {t("room.consent")}: <strong>{t(`room.consents.${consent.consent}`)}</strong>{" "}
          <span className="muted small">
            · {consent.by.name}, <Instant at={consent.at} />
          </span>
        </p>
      )}
      {canAsk && (
        <div>
          <Button onPress={() => setAsking(true)} data-testid="consent">
            {t(consent ? "room.ask.change" : "room.ask.open")}
          </Button>
        </div>
      )}
      {isAsking && <ConsentDialog detail={detail} onClose={() => setAsking(false)} />}
      {rollCall && (
        <div>
          <h3>{t("room.present")}</h3>
          <ul>
            {rollCall.present.map((present, index) => (
              <li key={index}>
                {present.name}
                {present.role && <span className="muted"> · {present.role}</span>}
              </li>
            ))}
          </ul>
          <p className="muted small">
            {rollCall.by.name}, <Instant at={rollCall.at} />
          </p>
        </div>
      )}
      {guests.length > 0 && (
        <div>
          <h3>{t("room.guests")}</h3>
          <ul className="people-list">
            {guests.map((guest) => (
              <li key={guest.id} className="row spread">
                <span>
                  <strong>{guest.name}</strong> · {t(`room.guestPart.${guest.part}`)} ·{" "}
                  <span className="muted">
                    {t(`room.guestState.${guest.state}`)}, {t("room.guestBy", { name: guest.invited_by.name })}
                  </span>
                </span>
                {canRemove && guest.state !== "removed" && (
                  <Button
                    variant="quiet"
                    aria-label={`${t("room.removeGuest")}: ${guest.name}`}
                    isDisabled={work.pending !== null}
                    onPress={() => void work.act({ type: "remove_guest", guest_id: guest.id })}
                  >
                    {t("room.removeGuest")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      {work.error !== null && <ErrorView error={work.error} />}
    </section>
  );
}
