import type { RotaView, Swap } from "../api/types";
import { useTexts } from "../i18n";
import { SubscribeButton } from "../swaps/Calendars";
import { FeedsButton } from "../swaps/Feeds";
import { ServiceHandOver } from "../swaps/HandOver";
import { SwapCard } from "../swaps/SwapCard";
import "../swaps/texts";
import { useRereadDuties, useSwaps } from "../swaps/useSwaps";
import { SwapRules } from "./SwapRules";

/** What people of this service swap: what waits for the coordinator comes first. */
export function SwapSection({ view }: { view: RotaView }) {
  const t = useTexts("swaps");
  const swaps = useSwaps().data ?? [];
  const reread = useRereadDuties();
  const { service } = view;
  const shown = swaps.filter(({ service_id, state, steps }) => service_id === service.id && (state === "asked" || steps.length > 0));
  const place = ({ state }: Swap) => ["accepted", "asked", "in_force"].indexOf(state);
  return (
    <div className="rota-findings">
      <section className="stack" aria-labelledby="rota-swaps" data-testid="desk-swaps">
        <h3 id="rota-swaps">{t("waiting")}</h3>
        {shown.length === 0 && <p>{t("none")}</p>}
        {shown
          .toSorted((a, b) => place(a) - place(b))
          .map((swap) => (
            <SwapCard key={swap.id} swap={swap} onDone={reread} />
          ))}
        <SwapRules key={service.id} service={service.id} settings={view.settings} onDone={reread} />
      </section>
      <div className="stack">
        <ServiceHandOver service={service.id} />
        <div className="row">
          <SubscribeButton service={service} />
          <FeedsButton network={service.network_id} zone={service.zone} />
        </div>
      </div>
    </div>
  );
}
