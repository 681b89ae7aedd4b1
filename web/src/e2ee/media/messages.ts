/** Between the page and its worker. Base keys travel as keys that nobody can read (structured clone). */

import type { BaseKey } from "../sframe/cipher";
import type { OpenCounts, SealCounts } from "./frames";

export type ToWorker =
  /** The group's epoch: its keys are for what leaves from now on, and for what comes. */
  | {
      readonly type: "epoch";
      readonly epoch: bigint;
      readonly leaf: number;
      readonly members: ReadonlyMap<number, string>;
      readonly base: BaseKey;
      /** Whose frames each line shows, by leaf: frames that wait for the key find it at once. */
      readonly shown: ReadonlyMap<string, number | undefined>;
    }
  /** No group any more: nothing leaves and nothing is shown. */
  | { readonly type: "stop" }
  /** The user is asked whether to go on without encryption: nothing leaves until then. */
  | { readonly type: "held" }
  /** The room was opened without encryption: frames pass as they are, and those that still open are opened. */
  | { readonly type: "lifted" }
  /** Whose frames the line shows. */
  | { readonly type: "expect"; readonly line: string; readonly leaf: number | undefined }
  /** The connection of the line is closed: nothing of it is kept. */
  | { readonly type: "release"; readonly line: string }
  /** A transform where the browser has no `RTCRtpScriptTransform`. */
  | {
      readonly type: "streams";
      readonly options: TransformOptions;
      readonly readable: ReadableStream;
      readonly writable: WritableStream;
    }
  | { readonly type: "count"; readonly id: number };

export interface FromWorker {
  readonly id: number;
  readonly counts: Counts;
}

/** By line. */
export interface Counts {
  readonly sealed: Readonly<Record<string, SealCounts>>;
  readonly opened: Readonly<Record<string, OpenCounts>>;
}

/** Options of a transform. */
export type TransformOptions =
  { readonly side: "send"; readonly line: string } | { readonly side: "receive"; readonly line: string };
