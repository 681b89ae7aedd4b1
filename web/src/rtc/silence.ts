/** Tells that nothing comes in any more, seconds before the browser does. Pure: told the time. */

/** Two readings in a row without anything, after as many with something. More notices a dead path later (browsers take
 * 5 to 7 s); less takes a pause of a mobile network for one, and restarts what would have healed by itself. */
const QUIET = 2;
const STREAK = 3;
/** What lies further apart, in ms, the page slept through. */
const SLEPT = 2_500;

/** Counters of all paths together. What changes is alive; a path that is closed takes its count along. */
export interface Signs {
  /** Media, their reports, data. */
  readonly bytes: number;
  /** Connectivity checks and answers to ours: where nobody sends anything, they alone come in. */
  readonly checks: number;
}

/** One peer's. Asked once a second. */
export class Silence {
  private before: { signs: Signs; at: number } | undefined;
  private streak = 0;
  private quiet = 0;
  private isSilent = false;

  /** Whether nothing comes in. */
  at(now: number, signs: Signs): boolean {
    const { before } = this;
    this.before = { signs, at: now };
    if (!before || now - before.at > SLEPT) this.streak = this.quiet = 0;
    else if (signs.bytes !== before.signs.bytes) {
      this.streak += 1;
      this.quiet = 0;
      this.isSilent = false;
    } else if (signs.checks !== before.signs.checks) {
      // Alive, and perhaps with nothing to say.
      this.streak = this.quiet = 0;
      this.isSilent = false;
    } else {
      this.quiet += 1;
      this.isSilent ||= this.quiet >= QUIET && this.streak >= STREAK;
    }
    return this.isSilent;
  }
}
