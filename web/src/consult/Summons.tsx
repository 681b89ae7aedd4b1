import { useEffect } from "react";
import type { ConsultSummary, Me, PersonId } from "../api/types";
import { useTexts } from "../i18n";
import { answeredBy, bellOf, stillSeen, summonsOf, type Summons } from "../state/summons";
import { Banner, Button, LinkButton } from "../ui";
import { seenBy, useSeen } from "../ui/seen";
import { useBell } from "../ui/useBell";
import "./texts";

export interface SummonsListProps {
  me: Me;
  /** Absent while they are not known. */
  consults: readonly ConsultSummary[] | undefined;
  /** Something louder is on. */
  isQuiet?: boolean;
}

/** What asks for this person without a ring. It sounds until it was seen here, or is over. */
export function SummonsList({ me, consults, isQuiet = false }: SummonsListProps) {
  const known = useSeen(me.person.id);
  const current = summonsOf(consults ?? [], me);
  const fresh = current.filter(({ key }) => !known.includes(key));
  useBell(isQuiet ? null : bellOf(fresh));
  const isLoaded = consults !== undefined;
  useEffect(() => {
    if (isLoaded) seenBy(me.person.id).keep((keys) => stillSeen(keys, current));
  });
  useAnswered(me.person.id, consults);
  if (fresh.length === 0) return null;
  return (
    <div className="stack">
      {fresh.map((summons) => (
        <SummonsBanner key={summons.key} summons={summons} onSeen={() => seenBy(me.person.id).add(summons.key)} />
      ))}
    </div>
  );
}

/** Remembers which calls `me` has come for, on every page that sees them in the room. */
export function useAnswered(me: PersonId, consults: readonly ConsultSummary[] | undefined): void {
  useEffect(() => {
    if (consults) seenBy(me).add(...answeredBy(consults, me));
  }, [me, consults]);
}

function SummonsBanner({ summons: { kind, consult }, onSeen }: { summons: Summons; onSeen: () => void }) {
  const t = useTexts("consult");
  const toRoom = kind === "guests";
  return (
    <Banner
      tone="warn"
      role="alert"
      title={t(`summons.${kind}`, { name: consult.offer?.by.name ?? "", count: consult.waiting_guests })}
      actions={
        <>
          <LinkButton href={toRoom ? `/room/${consult.id}` : `#/consult/${consult.id}`} onClick={onSeen}>
            {t(toRoom ? "summons.enter" : "summons.open")}
          </LinkButton>
          <Button onPress={onSeen}>{t("summons.seen")}</Button>
        </>
      }
    >
      {consult.hospital.name} · {consult.service.name} · {consult.label}
    </Banner>
  );
}

/** Guests at the door, with the way to them; nothing while nobody waits. */
export function GuestsAtDoor({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("consult");
  if (consult.waiting_guests === 0) return null;
  return (
    <LinkButton variant="ok" href={`/room/${consult.id}`}>
      {t("summons.guestsEnter", { count: consult.waiting_guests })}
    </LinkButton>
  );
}
