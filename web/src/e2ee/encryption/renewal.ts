/** Asks for another attestation before the one there is ends: whoever stays longer would be refused by those who come. */

import type { EncryptionOptions } from "./types";

/**
 * How long before its end, in milliseconds. It is shown with the next renewal of the keys (every ten minutes) and fetched
 * from a server that may be away. More asks more often in a day; less leaves a long outage less time.
 */
export const RENEW_BEFORE = 3 * 3_600_000;
/** Until it is asked for again, in milliseconds. More leaves fewer attempts; less asks a server in trouble for nothing. */
export const ASK_AGAIN = 5 * 60_000;

export class Renewal {
  private cancel: () => void = () => undefined;

  constructor(
    private readonly options: Pick<EncryptionOptions, "after" | "now">,
    private readonly ask: () => void,
  ) {}

  /** The newest attestation ends then. Unix milliseconds. */
  endsAt(expires: number): void {
    this.askIn(Math.max(expires - RENEW_BEFORE - this.options.now(), ASK_AGAIN));
  }

  stop(): void {
    this.cancel();
  }

  private askIn(ms: number): void {
    this.cancel();
    this.cancel = this.options.after(ms, () => {
      // The answer sets another time.
      this.askIn(ASK_AGAIN);
      this.ask();
    });
  }
}
