import { useState } from "react";
import { useServices } from "../api/query";
import type { Duty, Me, Swap } from "../api/types";
import { useTexts } from "../i18n";
import { AskSwap } from "../swaps/AskSwap";
import { SwapCard } from "../swaps/SwapCard";
import "../swaps/swaps.css";
import "../swaps/texts";
import { useRereadDuties, useSwaps } from "../swaps/useSwaps";
import { Button, Instant } from "../ui";

/** What the reader is asked, and what became of what they asked. Nothing where there is nothing. */
export function Swaps({ me }: { me: Me }) {
  const t = useTexts("swaps");
  const swaps = useSwaps().data ?? [];
  const reread = useRereadDuties();
  const asked = swaps.filter((swap) => isAsked(swap));
  const mine = swaps.filter((swap) => !isAsked(swap) && isAlive(swap) && concerns(swap, me.person.id));
  const list = (of: readonly Swap[]) => of.map((swap) => <SwapCard key={swap.id} swap={swap} onDone={reread} />);
  return (
    <>
      {asked.length > 0 && (
        <section className="stack" aria-labelledby="swaps-asked" data-testid="swaps-asked">
          <h2 id="swaps-asked">{t("asked")}</h2>
          {list(asked)}
        </section>
      )}
      {mine.length > 0 && (
        <section className="stack" aria-labelledby="swaps-mine" data-testid="swaps-mine">
          <h2 id="swaps-mine">{t("mine")}</h2>
          {list(mine)}
        </section>
      )}
    </>
  );
}

const isAsked = ({ state, steps }: Swap) => state === "asked" && (steps.includes("accept") || steps.includes("decline"));
const isAlive = ({ state, steps }: Swap) => state === "asked" || state === "accepted" || steps.includes("undo");
const concerns = (swap: Swap, person: string) => swap.giver.id === person || swap.taker?.id === person || swap.author.id === person;

/** Beside a duty of one's own: one press opens, the second asks everybody who can. */
export function GiveAway({ duty }: { duty: Duty }) {
  const t = useTexts("swaps");
  const [isOpen, setOpen] = useState(false);
  const reread = useRereadDuties();
  const service = useServices().data?.find(({ id }) => id === duty.service_id);
  if (!service) return null;
  return (
    <>
      <Button variant="quiet" onPress={() => setOpen(true)} data-testid="give-away">
        {t("give")}
        <span className="visually-hidden">
          {" "}
          {t(`common:duty.${duty.level}`)} <Instant at={duty.from} zone={service.zone} />
        </span>
      </Button>
      {isOpen && <AskSwap duty={duty} service={service} onDone={reread} onClose={() => setOpen(false)} />}
    </>
  );
}
