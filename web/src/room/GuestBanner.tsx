import { useEffect } from "react";
import { useAct } from "../consult/useAct";
import type { ConsultId, Guest, GuestId } from "../api/types";
import { useTexts } from "../i18n";
import { Button, ErrorView } from "../ui";
import { useBell } from "../ui/useBell";

interface Props {
  consult: ConsultId;
  guests: readonly Guest[];
  canDecide: boolean;
  /** This user lets the guest in: the encryption takes nobody's word for it but one's own. */
  onAdmit(guest: GuestId): void;
}

/** Guests at the door: who, since when, in or away. It chimes until somebody has decided. Alt+E lets the first one in. */
export function GuestBanner({ consult, guests, canDecide, onAdmit }: Props) {
  const t = useTexts("room");
  const work = useAct(consult);
  const asking = guests.filter(({ state }) => state !== "admitted");
  const first = asking[0];
  useBell(canDecide && first ? "elective" : null);
  const admit = (guest: Guest) => {
    // Not only when the server has answered: the answer may be lost, and the guest inside without a key.
    onAdmit(guest.id);
    void work.act({ type: "admit_guest", guest_id: guest.id });
  };
  useEffect(() => {
    if (!canDecide || !first) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.altKey && !event.ctrlKey && !event.metaKey && !event.repeat && event.code === "KeyE") {
        event.preventDefault();
        admit(first);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  if (guests.length === 0) return null;
  return (
    <div className="note note-guests" role="alert" data-testid="waiting-guests">
      <ul className="note-list">
        {guests.map((guest) => (
          <li key={guest.id} className="row spread">
            <span>
              <strong>{guest.name}</strong> ({t(`consult:room.guestPart.${guest.part}`)}){" "}
              {guest.state === "admitted" ? t("guests.noSeat") : t("guests.waits")}
            </span>
            {canDecide && (
              <span className="row">
                {guest.state !== "admitted" && (
                  <Button
                    variant="ok"
                    isDisabled={work.pending !== null}
                    onPress={() => admit(guest)}
                    aria-label={t("guests.admitName", { name: guest.name })}
                    {...(guest === first ? { "aria-keyshortcuts": "Alt+E" } : {})}
                    data-testid={`admit-${guest.id}`}
                  >
                    {t("guests.admit")}
                  </Button>
                )}
                <Button
                  isDisabled={work.pending !== null}
                  onPress={() => void work.act({ type: "remove_guest", guest_id: guest.id })}
                  aria-label={t("guests.rejectName", { name: guest.name })}
                  data-testid={`reject-${guest.id}`}
                >
                  {t("guests.reject")}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {work.error !== null && <ErrorView error={work.error} />}
    </div>
  );
}
