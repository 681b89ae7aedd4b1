import type { ConsultState, Urgency } from "../api/types";
import { useTexts } from "../i18n";

const MARK: Record<Urgency, string> = { emergency: "!!", urgent: "!", elective: "·" };

/** Urgency as colour, sign and word. */
export function UrgencyBadge({ urgency }: { urgency: Urgency }) {
  const t = useTexts("common");
  return (
    <span className={`badge tone-${urgency}`}>
      <span aria-hidden="true">{MARK[urgency]} </span>
      {t(`urgency.${urgency}`)}
    </span>
  );
}

/** Of a test of the escalation: there is no patient. */
export function TestBadge({ isTest }: { isTest: boolean | undefined }) {
  const t = useTexts("common");
  return isTest ? <span className="badge badge-test">{t("testBadge")}</span> : null;
}

/** How a state looks: who must act now. */
const STATE_TONE: Record<ConsultState, string> = {
  prealert: "wait",
  ringing: "ring",
  unanswered: "bad",
  booked: "wait",
  accepted: "good",
  in_session: "good",
  reporting: "wait",
  reported: "act",
  acknowledged: "done",
  closed: "done",
  cancelled: "done",
};

/** `queued`: nobody is rung because everybody on duty is busy. */
export function StateBadge({ state, queued = false }: { state: ConsultState; queued?: boolean }) {
  const t = useTexts("common");
  if (queued) return <span className="badge state-wait">{t("state.queued")}</span>;
  return <span className={`badge state-${STATE_TONE[state]}`}>{t(`state.${state}`)}</span>;
}
