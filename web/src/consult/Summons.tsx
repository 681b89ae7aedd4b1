import { useEffect } from "react";
import type { ConsultSummary, Me } from "../api/types";
import { useTexts } from "../i18n";
import { bellOf, stillSeen, summonsOf, type Summons } from "../state/summons";
import { Banner, Button, LinkButton } from "../ui";
import { seen, useSeen } from "../ui/seen";
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
  const known = useSeen();
  const current = summonsOf(consults ?? [], me);
  const fresh = current.filter(({ key }) => !known.includes(key));
  useBell(isQuiet ? null : bellOf(fresh));
  const isLoaded = consults !== undefined;
  useEffect(() => {
    if (isLoaded) seen.keep((keys) => stillSeen(keys, current));
  });
  if (fresh.length === 0) return null;
  return (
    <div className="stack">
      {fresh.map((summons) => (
        <SummonsBanner key={summons.key} summons={summons} />
      ))}
    </div>
  );
}

function SummonsBanner({ summons: { key, kind, consult } }: { summons: Summons }) {
  const t = useTexts("consult");
  const see = () => seen.add(key);
  const toRoom = kind === "guests";
  return (
    <Banner
      tone="warn"
      role="alert"
      title={t(`summons.${kind}`, { name: consult.offer?.by.name ?? "", count: consult.waiting_guests })}
      actions={
        <>
          <LinkButton href={toRoom ? `/room/${consult.id}` : `#/consult/${consult.id}`} onClick={see}>
            {t(toRoom ? "summons.enter" : "summons.open")}
          </LinkButton>
          <Button onPress={see}>{t("summons.seen")}</Button>
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
