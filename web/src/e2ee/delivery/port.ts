/** Carries out what the machine asks of the group, one after the other. */

import type { Result, Work } from "./state";

/** One member's group, real or modelled. */
export interface GroupPort {
  /** Unix milliseconds. */
  run(work: Work, now: number): Promise<Result>;
  /** Drops the group and every key. */
  forget(): void;
}
