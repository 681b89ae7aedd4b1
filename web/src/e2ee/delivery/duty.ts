/** Who changes the group, and how: the same for all who see the same. Pure. */

import type { View, Waiting } from "./messages";
import { TURN, UPDATE_APART, UPDATE_EVERY, type Snapshot, type State } from "./state";

export interface Duty {
  readonly add: readonly Waiting[];
  /** Leaves. */
  readonly remove: readonly number[];
  /** Names what is to be done, in whatever epoch: one who ends them fast gives nobody's turn away. */
  readonly key: string;
  /** How long others have to do it first, in milliseconds. */
  readonly wait: number;
}

/**
 * What the group lacks to be what the service says: members who are gone leave it, those who wait come in, and somebody
 * who waits and is in it has lost its state and gets a new leaf. `undefined` when it is nothing, or nothing for this
 * member: a guest changes nobody's membership.
 */
export function dutyOf(state: State, view: View, group: Snapshot): Duty | undefined {
  const me = view.members.find(({ member }) => member === state.me);
  if (!me || me.isGuest) return undefined;
  const present = new Set(view.members.map(({ person }) => person));
  const waiting = new Set(view.waiting.map(({ person }) => person));
  const undecided = new Set(view.others.map(({ person }) => person));
  const isGone = (person: string) =>
    // Also when the service still has them.
    state.withdrawn.has(person) ||
    waiting.has(person) || !(present.has(person) || undecided.has(person) || view.isSettling);
  const remove = group.members.filter(({ person }) => isGone(person)).map(({ leaf }) => leaf);
  const add = view.waiting.filter(
    ({ connected, ref, isGuest, person }) =>
      connected && !state.refused.has(ref) && !present.has(person) && (!isGuest || isAdmitted(state, person)),
  );
  if (remove.length === 0 && add.length === 0) return undefined;
  const key = `${remove.join()};${add.map(({ ref }) => ref).join()}`;
  return { add, remove, key, wait: turnOf(view, group) * TURN };
}

function isAdmitted({ admitted, withdrawn }: State, person: string): boolean {
  return admitted.has(person) && !withdrawn.has(person);
}

/** 0 for the connected member of the team with the lowest leaf, then 1, and so on. */
function turnOf(view: View, group: Snapshot): number {
  const able = new Set(view.members.filter((m) => m.connected && !m.isGuest).map(({ person }) => person));
  return group.members.filter(({ leaf, person }) => leaf < group.leaf && able.has(person)).length;
}

/** When this member renews its keys next. */
export function renewalAt(state: State, group: Snapshot): number {
  return state.renewedAt + UPDATE_EVERY + group.leaf * UPDATE_APART;
}
