/** How a try of the path goes on, from what is seen of its two ends. Pure: told the time. */

import type { Phase } from "../rtc/machine";
import type { PathResult } from "./verdict";

/** How long media may take to come up, in ms. More keeps somebody waiting whose network lets nothing through; less
 * calls a slow network blocked: TURN is tried after everything else. */
const UP_WITHIN = 15_000;
/** Measured for so long: the browser's estimate needs some seconds to grow to what a picture wants. */
const MEASURE = 8_000;
/** Media that the server waited for so long, in ms, are kept away by something. More calls it an accident when a
 * browser gives up early; less blames the network for a server that went away meanwhile. */
const STUCK = 5_000;
/** Between two looks, in ms, at most: what is longer, the page slept through. */
const LOOK = 2_000;
/** A ticket is good once. More tries a line that breaks off for ever; less lets one change of the network decide. */
const TRIES = 2;

export interface Look {
  readonly phases: readonly Phase[];
  /** An end wants another ticket: what it began with has broken off. */
  readonly isSpent: boolean;
  /** Since the last look nobody could see the page: it asks for no pictures then, and its timers stand. */
  readonly wasHidden: boolean;
}

export type Turn =
  | { readonly type: "wait" }
  /** `done`: 0 to 1. */
  | { readonly type: "measure"; readonly done: number }
  /** With new tickets, once the page is in sight. */
  | { readonly type: "anew" }
  | { readonly type: "over"; readonly result: Exclude<PathResult, { state: "measured" }> };

const blocked = { type: "over", result: { state: "blocked" } } as const;
const unavailable = { type: "over", result: { state: "unavailable" } } as const;

/** One check, of as many tries as it takes. */
export class Course {
  private tries = 0;
  private start = 0;
  private lookedAt = 0;
  private live: number | undefined;
  /** ms in which the server had answered and no media came, over all tries. */
  private stuck = 0;

  begin(now: number): void {
    this.tries += 1;
    this.start = now;
    this.lookedAt = now;
    this.live = undefined;
  }

  look({ phases, isSpent, wasHidden }: Look, now: number): Turn {
    if (wasHidden) {
      this.tries = 0;
      this.stuck = 0;
      return { type: "anew" };
    }
    if (this.live === undefined && phases.includes("media")) this.stuck += Math.min(now - this.lookedAt, LOOK);
    this.lookedAt = now;
    if (isSpent) return this.stuck < STUCK && this.tries < TRIES ? { type: "anew" } : this.failed();
    if (phases.includes("ended")) return this.failed();
    if (phases.every((phase) => phase === "live")) this.live ??= now;
    if (this.live !== undefined) return { type: "measure", done: Math.min(1, (now - this.live) / MEASURE) };
    return now - this.start > UP_WITHIN ? this.failed() : { type: "wait" };
  }

  private failed(): Turn {
    return this.stuck >= STUCK ? blocked : unavailable;
  }
}
