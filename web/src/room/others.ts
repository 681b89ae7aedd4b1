import type { ConsultId, ConsultSummary, PersonId } from "../api/types";

/** Another consult that needs this person while they are in this room. */
export interface OtherCall {
  readonly consult: ConsultSummary;
  readonly since: number;
  readonly isRinging: boolean;
}

/** Consults that wait for `me`, because they ring or are queued behind; the most urgent first, then the oldest. */
export function waitingFor(consults: readonly ConsultSummary[], here: ConsultId, me: PersonId): OtherCall[] {
  const urgencies = ["emergency", "urgent", "elective"];
  return consults
    .filter((consult) => consult.id !== here)
    .flatMap((consult): OtherCall[] => {
      const isRinging = consult.ringing.some(({ id }) => id === me);
      const isQueued = consult.queue?.behind.some(({ id }) => id === me) ?? false;
      if (!isRinging && !isQueued) return [];
      return [{ consult, since: isQueued ? (consult.queue?.since ?? consult.created_at) : consult.state_since, isRinging }];
    })
    .sort(
      (a, b) =>
        urgencies.indexOf(a.consult.urgency) - urgencies.indexOf(b.consult.urgency) || a.since - b.since,
    );
}
