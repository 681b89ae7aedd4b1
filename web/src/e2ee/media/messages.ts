/** Between the page and its worker. Base keys travel as keys that nobody can read (structured clone). */

import type { BaseKey } from "../sframe/cipher";
import type { OpenCounts, SealCounts } from "./frames";

export type ToWorker =
  /** The group's epoch, for what comes; and for what leaves, once `sendAfter` milliseconds have passed. */
  | {
      readonly type: "epoch";
      readonly epoch: bigint;
      readonly leaf: number;
      readonly members: ReadonlyMap<number, string>;
      readonly base: BaseKey;
      readonly sendAfter: number;
    }
  /** No group any more: nothing leaves and nothing is shown. */
  | { readonly type: "stop" }
  /** Whose frames the line shows. */
  | { readonly type: "expect"; readonly line: string; readonly leaf: number | undefined }
  | { readonly type: "count"; readonly id: number };

export interface Counts {
  readonly type: "counts";
  readonly id: number;
  readonly sealed: Readonly<Record<string, SealCounts>>;
  readonly opened: Readonly<Record<string, OpenCounts>>;
}

/** Options of a transform. */
export type TransformOptions =
  { readonly side: "send"; readonly line: string } | { readonly side: "receive"; readonly line: string };

/**
 * How long a sender waits before it uses a new epoch, in milliseconds, so that the others have its key. More goes on with
 * the old key for longer; less drops frames at members who are still computing. At a removal nobody waits.
 */
export const SEND_AFTER = 500;
