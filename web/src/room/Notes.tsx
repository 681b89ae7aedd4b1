import { useEffect, useRef } from "react";
import { useConsults } from "../api/query";
import type { ConsultDetail, ConsultId, Me, RingId } from "../api/types";
import { OfferActions } from "../consult/OfferActions";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { useRings } from "../oncall/useRings";
import { notesOf } from "../state/notes";
import type { RingItem } from "../state/rings";
import { Button, Elapsed, LinkButton } from "../ui";
import { ringer } from "../ui/Ringer";
import { waitingFor } from "./others";

/** What must not wait until the room is left: a hand-over on offer, and who else needs this specialist. */
export function RoomNotes({ detail, me }: { detail: ConsultDetail; me: Me }) {
  return (
    <>
      <OfferNote detail={detail} me={me} />
      {me.only_consult === undefined || me.only_consult === null ? <OtherCalls detail={detail} me={me} /> : null}
    </>
  );
}

function OfferNote({ detail, me }: { detail: ConsultDetail; me: Me }) {
  const t = useTexts("consult");
  const note = notesOf(detail.summary, me.person.id).find(({ text }) => text.startsWith("offered"));
  if (!note) return null;
  return (
    <div className="note row spread" role="status" data-testid="offer-note">
      <span>
        {t(`notes.${note.text}`, note.values)} {note.since !== null && <Elapsed since={note.since} />}
      </span>
      <OfferActions detail={detail} me={me.person.id} />
    </div>
  );
}

function OtherCalls({ detail, me }: { detail: ConsultDetail; me: Me }) {
  const t = useTexts("room");
  useOneSound(useRings(me.person.id).items);
  const consults = useConsults();
  const others = waitingFor(consults.data ?? [], detail.summary.id, me.person.id);
  if (others.length === 0) return null;
  return (
    <div className="note note-calls" role="status" data-testid="queue-note">
      <ul className="note-list">
        {others.map(({ consult, since, isRinging }) => (
          <li key={consult.id} className="row spread">
            <span>
              {t(isRinging ? "others.rings" : "others.waits", {
                urgency: t(`common:urgency.${consult.urgency}`),
                hospital: consult.hospital.name,
                service: consult.service.name,
              })}{" "}
              <strong>
                <Elapsed since={since} />
              </strong>
            </span>
            <span className="row">
              {isRinging && <PassOn id={consult.id} />}
              <LinkButton href={`/oncall/#/consult/${consult.id}`} target="_blank" rel="noopener">
                {t("others.show")}
              </LinkButton>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** To the next duty at once: who is in a talk cannot come. */
function PassOn({ id }: { id: ConsultId }) {
  const t = useTexts("room");
  const { act, pending } = useAct(id);
  return (
    <Button isPending={pending !== null} onPress={() => void act({ type: "pass_on" })}>
      {t("others.passOn")}
    </Button>
  );
}

/** One bar of the bell for each new ring, the most urgent of several: louder would end the talk that is going on. */
function useOneSound(items: readonly RingItem[]): void {
  const heard = useRef<ReadonlySet<RingId>>(new Set());
  useEffect(() => {
    const fresh = items.find(({ ring }) => !heard.current.has(ring.ring_id));
    heard.current = new Set(items.map(({ ring }) => ring.ring_id));
    if (fresh) ringer.once(fresh.summary.urgency);
  });
}
