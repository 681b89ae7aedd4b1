/**
 * What travels between a member and the delivery service on the room's socket (`schemas/END_TO_END.md`). The service
 * orders and routes; to it, key packages, commits and welcomes are opaque.
 *
 * A *generation* is one MLS group. Its number only grows, over restarts of the server too, and stands in the group's id.
 */

/** A seat in the room. */
export type MemberId = number;

/** Bytes of MLS; base64 on the wire. */
export type Opaque = string;

/** What is known of an epoch without its secrets: all who share the epoch share the tag. */
export type Tag = string;

export type ToService =
  /** This device has no group: here is how to add it. Replaces what the seat said before. */
  | { readonly type: "here"; readonly attempt: number; readonly ref: string; readonly keyPackage: Opaque }
  /** This device has a group and was away, or missed something. */
  | {
      readonly type: "back";
      readonly attempt: number;
      readonly generation: number;
      readonly epoch: number;
      readonly tag: Tag;
    }
  /** The group that the service asked for exists: epoch 0. */
  | { readonly type: "created"; readonly generation: number; readonly tag: Tag }
  | {
      readonly type: "commit";
      readonly generation: number;
      /** Epoch that the commit ends. */
      readonly epoch: number;
      readonly commit: Opaque;
      readonly welcome: Opaque | undefined;
      readonly added: readonly Added[];
    }
  /** This member is in that epoch. */
  | { readonly type: "done"; readonly generation: number; readonly epoch: number; readonly tag: Tag }
  /** Something was refused; for the audit, and for whom it is about. */
  | {
      readonly type: "fault";
      readonly generation: number;
      readonly epoch: number;
      readonly code: string;
      /** Who sent the commit or the key package. */
      readonly about: MemberId | undefined;
      /** The key package, when it was one. */
      readonly ref: string | undefined;
    };

export interface Added {
  readonly member: MemberId;
  readonly ref: string;
}

/** Somebody as the service has them. */
export interface Somebody {
  readonly member: MemberId;
  readonly person: string;
  readonly isGuest: boolean;
  readonly connected: boolean;
}

export interface Waiting extends Somebody {
  readonly ref: string;
  readonly keyPackage: Opaque;
}

/** Complete, replacing the one before; comes when it says something else than that one, and first on every socket. */
export interface View {
  readonly type: "group";
  /** Grows from view to view; not every number comes. */
  readonly version: number;
  /** 0 before the first group. */
  readonly generation: number;
  readonly epoch: number;
  /** Who is asked to make the group of this generation; nobody once it exists. */
  readonly creator: MemberId | undefined;
  readonly members: readonly Somebody[];
  readonly waiting: readonly Waiting[];
  /** Who has a seat and is neither: just came, or was dropped. Their leaves stay until they say what they are. */
  readonly others: readonly Somebody[];
  /** The server was started anew a moment ago: who is missing may be on the way back. */
  readonly isSettling: boolean;
  /** Highest attempt of the receiver that the service has dealt with. */
  readonly attempt: number;
  /** The receiver's commits were refused by everybody, more than once: it is not added any more. */
  readonly isBarred: boolean;
}

export type FromService =
  | View
  | {
      readonly type: "commit";
      readonly generation: number;
      readonly epoch: number;
      readonly committer: MemberId;
      readonly commit: Opaque;
    }
  | { readonly type: "welcome"; readonly generation: number; readonly ref: string; readonly welcome: Opaque };
