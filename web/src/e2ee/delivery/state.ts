/** What a member's end of the ordering goes through: its times, state, inputs and effects. `machine.ts` decides. Pure. */

import type { Added, FromService, MemberId, Opaque, Tag, ToService, View, Waiting } from "./messages";

/**
 * How long the member whose turn it is has, before the next one does its work, in milliseconds. More leaves somebody at
 * the door longer when a page hangs; less makes two of them commit the same, of which one is in vain.
 */
export const TURN = 1500;
/** When a message that changed nothing is said again. More waits longer after a loss; less repeats what is under way. */
export const SAY_AGAIN = 3000;
/** Failures in a row that lengthen the pause before the next attempt. More knocks more seldom at what is broken. */
export const MAX_PAUSES = 5;
/** How long a welcome may take once this member counts as added. More waits for a lost one; less joins twice. */
export const WELCOME_WITHIN = 5000;
/** When a new key package is tried while nobody adds this device. More waits longer; less makes work for everybody. */
export const TRY_AGAIN = 20_000;
/** How long the service's view and the own group may differ. More stands still; less asks for what is coming. */
export const GAP = 3000;
/**
 * How often each member renews its keys. More lets a stolen state be of use for longer; less costs an epoch change, and
 * with it new keys for every frame.
 */
export const UPDATE_EVERY = 10 * 60_000;
/** Between the renewals of two members, so that they do not race. */
export const UPDATE_APART = 10_000;

/** The group as it is now. */
export interface Snapshot {
  readonly epoch: number;
  readonly leaf: number;
  readonly tag: Tag;
  readonly members: readonly { readonly leaf: number; readonly person: string }[];
}

export interface Commit {
  readonly generation: number;
  readonly epoch: number;
  readonly committer: MemberId;
  readonly commit: Opaque;
}

export interface StagedCommit {
  readonly commit: Opaque;
  readonly welcome: Opaque | undefined;
  readonly added: readonly Added[];
}

export interface State {
  /** This member's seat, while the room's socket is open. */
  readonly me: MemberId | undefined;
  readonly view: View | undefined;
  /** Number of the last `here` or `back`, and when it was said. */
  readonly attempt: number;
  readonly saidAt: number;
  /** It was a `back`. */
  readonly saidBack: boolean;
  /** To be added with. */
  readonly keyPackage: { readonly ref: string; readonly bytes: Opaque } | undefined;
  readonly welcome: { readonly generation: number; readonly welcome: Opaque } | undefined;
  readonly group: (Snapshot & { readonly generation: number }) | undefined;
  /** When this member's own keys were last renewed. */
  readonly renewedAt: number;
  /** Commits that are not followed yet, by epoch. */
  readonly inbox: readonly Commit[];
  /** Made and sent, undecided. */
  readonly staged: (StagedCommit & { readonly sentAt: number }) | undefined;
  /** The one operation on the group that is under way; results with another number are of no use any more. */
  readonly busy: { readonly id: number; readonly work: Work } | undefined;
  readonly lastId: number;
  /** Since when there is the same work to do. */
  readonly work: { readonly key: string; readonly since: number } | undefined;
  readonly gapSince: number | undefined;
  /** Key packages that were refused here. */
  readonly refused: ReadonlySet<string>;
  /** Guests whom the team let in, as this client knows by itself or by a signed message. */
  readonly admitted: ReadonlySet<string>;
  /** Guests who were turned away or sent out, for good: an invitation after that is another one. */
  readonly withdrawn: ReadonlySet<string>;
  /** What went wrong last, and how often in a row; cleared by the next epoch. */
  readonly fault: string | undefined;
  readonly failures: number;
  /** Before it no new key package is made. */
  readonly retryAt: number;
  readonly isOver: boolean;
}

export const initial: State = {
  me: undefined,
  view: undefined,
  attempt: 0,
  saidAt: Number.NEGATIVE_INFINITY,
  saidBack: false,
  keyPackage: undefined,
  welcome: undefined,
  group: undefined,
  renewedAt: 0,
  inbox: [],
  staged: undefined,
  busy: undefined,
  lastId: 0,
  work: undefined,
  gapSince: undefined,
  refused: new Set(),
  admitted: new Set(),
  withdrawn: new Set(),
  fault: undefined,
  failures: 0,
  retryAt: Number.NEGATIVE_INFINITY,
  isOver: false,
};

export type Input =
  /** The socket is open and has its seat. */
  | { readonly type: "online"; readonly me: MemberId }
  | { readonly type: "offline" }
  | { readonly type: "message"; readonly message: FromService }
  | { readonly type: "result"; readonly id: number; readonly result: Result }
  /** The host let a guest in, or a member of the team said so under its signature. */
  | { readonly type: "admitted"; readonly person: string }
  | { readonly type: "withdrawn"; readonly person: string }
  | { readonly type: "tick" }
  | { readonly type: "leave" };

/** Operations on the group; each is answered with one {@link Result} of the same number. */
export type Work =
  | { readonly type: "prepare" }
  | { readonly type: "create"; readonly generation: number }
  | { readonly type: "join"; readonly generation: number; readonly welcome: Opaque }
  | { readonly type: "stage"; readonly add: readonly Waiting[]; readonly remove: readonly number[] }
  | { readonly type: "adopt" }
  | { readonly type: "follow"; readonly commit: Opaque };

export type Result =
  | { readonly type: "prepared"; readonly ref: string; readonly keyPackage: Opaque }
  | { readonly type: "entered"; readonly snapshot: Snapshot }
  | {
      readonly type: "staged";
      /** `undefined` when nothing was left to do. */
      readonly commit: StagedCommit | undefined;
      readonly refused: readonly { readonly member: MemberId; readonly ref: string; readonly code: string }[];
    }
  /** It did not work, and the group is of no use any more. `removed`: somebody took this member out. */
  | { readonly type: "failed"; readonly code: string };

export type Effect =
  | { readonly type: "send"; readonly message: ToService }
  | { readonly type: "work"; readonly id: number; readonly work: Work }
  /** Drop the group and every key of it. */
  | { readonly type: "forget" }
  /** A new epoch of this generation: its keys are to be used. */
  | { readonly type: "epoch"; readonly generation: number; readonly epoch: number };

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}
