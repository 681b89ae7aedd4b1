import { useState } from "react";
import { api } from "../api/client";
import { asApiError } from "../api/problem";
import { useTexts } from "../i18n";
import { askedSince } from "../state/lists";
import type { RingItem } from "../state/rings";
import { Button, Elapsed, useErrorText } from "../ui";

/** Who else waits for this person while one ring is on the screen, since when, and the way to the next duty. */
export function OtherRings({ items, onSettled }: { items: readonly RingItem[]; onSettled: (ringId: string) => void }) {
  const t = useTexts("oncall");
  const errorText = useErrorText();
  const [pending, setPending] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  if (items.length === 0) return null;
  const passOn = async ({ ring, summary }: RingItem) => {
    setPending(ring.ring_id);
    setError(null);
    try {
      await api.act(summary.id, { type: "pass_on", ring_id: ring.ring_id });
      onSettled(ring.ring_id);
    } catch (failure) {
      // Over already: it takes itself off the screen.
      if (asApiError(failure)?.isTransient) setError(errorText(failure));
      else onSettled(ring.ring_id);
    }
    setPending(null);
  };
  return (
    <section className="ring-others" aria-labelledby="others-title" data-testid="ring-others">
      <h2 id="others-title">{t("ring.others", { count: items.length })}</h2>
      <ul>
        {items.map((item) => {
          const { ring, summary } = item;
          return (
            <li key={ring.ring_id} className="row spread">
              <span>
                <strong>{t(`common:urgency.${summary.urgency}`)}</strong> · {summary.service.name}
                <span className="block">
                  {summary.hospital.name} · {t("ring.waiting")} <Elapsed since={askedSince(summary)} />
                </span>
              </span>
              <Button
                isPending={pending === ring.ring_id}
                aria-label={t("ring.passOther", { service: summary.service.name, hospital: summary.hospital.name })}
                onPress={() => void passOn(item)}
              >
                {t("ring.passOn")}
              </Button>
            </li>
          );
        })}
      </ul>
      {error !== null && <p role="alert">{error}</p>}
    </section>
  );
}
