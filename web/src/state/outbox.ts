/** Answers to a ring that were given without a network, and what became of them. Pure: told the time. */

import type { ApiError } from "../api/problem";
import type { Action, ConsultId, RingId, Urgency } from "../api/types";

/** What can be answered from a ring. */
export type RingAnswer = Extract<Action, { type: "accept" | "accept_in_five" | "pass_on" | "decline" }>;

export type Fate =
  /** No network yet. */
  | { state: "waiting" }
  | { state: "done"; at: number }
  /** Somebody else has it, or the ring is over. */
  | { state: "late"; at: number; by: string | null }
  /** Was not sent any more. */
  | { state: "expired"; at: number }
  | { state: "refused"; at: number; code: string };

/** No patient's data: it stays on the device until the network comes back. */
export interface QueuedAnswer {
  ringId: RingId;
  consultId: ConsultId;
  answer: RingAnswer;
  service: string;
  hospital: string;
  urgency: Urgency;
  /** The house's switchboard: without a network the telephone may still work. */
  phone: string | null;
  /** By the device's clock. */
  givenAt: number;
  fate: Fate;
}

/**
 * How long an answer waits for the network. More accepts a patient for somebody who has gone back to sleep; less throws
 * away what a lift or a tunnel held up.
 */
export const LIVES_MS = 15 * 60_000;
/** How long a fate stays on the screen unless it is put away. */
export const SHOWN_MS = 12 * 3_600_000;

/** After these the ring cannot be answered any more. */
const TOO_LATE: ReadonlySet<string> = new Set(["already_taken", "not_rung", "wrong_state", "not_found", "forbidden"]);

/** What an answer's request came to; `waiting` when it is worth trying again. */
export function fateOf(error: ApiError | null, at: number): Fate {
  if (error === null) return { state: "done", at };
  // `unknown`: a hotel's sign-in page, not our server. Signed out: whoever signs in again is still asked.
  const isBetween = error.code === "unknown" || error.code === "not_signed_in" || error.code === "csrf_failed";
  if (error.isTransient || isBetween) return { state: "waiting" };
  if (TOO_LATE.has(error.code)) return { state: "late", at, by: error.takenBy };
  return { state: "refused", at, code: error.code };
}

export const isExpired = (queued: QueuedAnswer, now: number): boolean => queued.fate.state === "waiting" && now - queued.givenAt >= LIVES_MS;

/** An answer with its fate; what was written to a decline is not kept longer than it takes to send it. */
export function settled(queued: QueuedAnswer, fate: Fate): QueuedAnswer {
  if (fate.state === "waiting" || queued.answer.type !== "decline") return { ...queued, fate };
  return { ...queued, fate, answer: { ...queued.answer, note: "" } };
}

/** Those worth showing, the newest first. */
export function shown(all: readonly QueuedAnswer[], now: number): QueuedAnswer[] {
  return all.filter(({ givenAt }) => now - givenAt < SHOWN_MS).toSorted((a, b) => b.givenAt - a.givenAt);
}
