/** What this page has drafted, and upon which state of the server. Pure. */

import type { RotaPlan } from "../api/types";
import { begin, type History } from "./edits";

/** The server's plan as one answer told it. */
export interface Seen {
  /** Of the draft; 0: there is none. */
  readonly rev: number;
  /** Of what is published. */
  readonly revision: number;
  readonly plan: RotaPlan;
  /** When it was answered. */
  readonly at: number;
}

export interface Drafting extends Omit<Seen, "plan"> {
  readonly history: History;
  /** Steps of this page were dropped, because somebody else has changed the plan since. */
  readonly isForeign: boolean;
}

/**
 * What the page holds once it has seen that. A state that this page has not written takes the place of what it holds:
 * a local plan under somebody else's number would pass as a change of theirs and undo it. `isSettled`: nothing is being
 * written or read, so that an older answer is not taken for a newer state.
 */
export function adopted(mine: Drafting | undefined, seen: Seen, isSettled: boolean): Drafting {
  const { plan, ...state } = seen;
  if (!mine) return { ...state, history: begin(plan), isForeign: false };
  const isSame = mine.rev === seen.rev && mine.revision === seen.revision;
  if (!isSettled || isSame || seen.at <= mine.at) return mine;
  const { past, future } = mine.history;
  return { ...state, history: begin(plan), isForeign: mine.isForeign || past.length + future.length > 0 };
}

/** After a write that names `mine.rev`: the server counts on by one. */
export function written(mine: Drafting, history: History, at: number): Drafting {
  return { ...mine, rev: mine.rev + 1, at, history, isForeign: false };
}
