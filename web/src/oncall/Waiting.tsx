import { useConsult } from "../api/query";
import type { Action, ConsultSummary } from "../api/types";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { Place } from "../consult/Notes";
import { askedSince } from "../state/lists";
import { formatElapsed } from "../state/time";
import { Button, Elapsed, ErrorView, UrgencyBadge, useNow } from "../ui";
import { goTo } from "../ui/useHash";

/** Answers that can be given outside of a ring; an accept opens the consult. */
function useAnswer(consult: ConsultSummary) {
  const work = useAct(consult.id);
  const answer = async (action: Action) => {
    if ((await work.act(action)) && action.type === "accept") goTo(`#/consult/${consult.id}`);
  };
  return { ...work, answer };
}

/** "In 5 minutes" was said: how long is left, and the two ways to make it true or take it back. */
export function PromiseCard({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("oncall");
  const now = useNow();
  const { answer, pending, error } = useAnswer(consult);
  const until = consult.promised_until ?? now;
  return (
    <article className="card stack promise">
      <div className="row spread">
        <h2>{t("promise.heading")}</h2>
        <strong className="case-clock clock">
          {until > now ? t("promise.left", { time: formatElapsed(until - now) }) : t("promise.over")}
        </strong>
      </div>
      <p>
        {consult.hospital.name} · {consult.service.name}
      </p>
      {error !== null && <ErrorView error={error} />}
      <div className="case-buttons">
        <Button variant="ok" size="large" isPending={pending === "accept"} onPress={() => void answer({ type: "accept" })}>
          {t("promise.accept")}
        </Button>
        <Button size="large" isPending={pending === "pass_on"} onPress={() => void answer({ type: "pass_on" })}>
          {t("promise.passOn")}
        </Button>
      </div>
    </article>
  );
}

/** Rung in vain, or waiting because this specialist is busy: an accept on purpose still counts. */
export function WaitingCard({ consult, kind }: { consult: ConsultSummary; kind: "queued" | "missed" }) {
  const t = useTexts("oncall");
  const detail = useConsult(consult.id);
  const { answer, pending, error } = useAnswer(consult);
  if (!detail.data?.actions.includes("accept")) return null;
  return (
    <article className="card stack missed">
      <div className="row spread">
        <h2>{t(`${kind}.heading`)}</h2>
        <span className="case-clock">
          <Elapsed since={consult.queue?.since ?? askedSince(consult)} />
        </span>
      </div>
      <p>
        <UrgencyBadge urgency={consult.urgency} /> {consult.hospital.name} · {consult.service.name} · {consult.label}
      </p>
      {kind === "queued" && <p className="muted">{t("queued.text")}</p>}
      {consult.queue && (
        <p>
          <Place ahead={consult.queue.ahead} />
        </p>
      )}
      {error !== null && <ErrorView error={error} />}
      <Button variant="ok" size="large" block isPending={pending === "accept"} onPress={() => void answer({ type: "accept" })}>
        {t(`${kind}.accept`)}
      </Button>
    </article>
  );
}
