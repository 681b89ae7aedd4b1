/** Runs it once, so many milliseconds later, unless the answer is called before. */
export type After = (ms: number, run: () => void) => () => void;

/**
 * How long frames of the epoch to come wait for its key, in milliseconds, from the first of them. The commit leaves the
 * server before any frame that is sealed with its key, and is overtaken only when a packet of it was lost. More lets the
 * picture stand still for longer when the key does not come at all; less drops frames, and a picture begins again with a
 * key frame only.
 */
export const WAIT_FOR_KEY = 500;
/**
 * The same for somebody who has no key yet, and nothing on the screen that could stand still. More opens old pictures in a
 * burst; less drops the first key frame, and the first picture waits for another one.
 */
export const WAIT_FOR_FIRST_KEY = 2000;

/** Keeps frames waiting while the key of their epoch is on its way: so a sender uses a new key at once. */
export class Patience {
  private waiting: { readonly key: Promise<void>; readonly end: () => void } | undefined;
  private isSpent = false;

  constructor(private readonly after: After) {}

  /** Until the next key, or until it has taken too long; at once from then on. */
  wait(isFirst: boolean): Promise<void> {
    if (this.isSpent) return Promise.resolve();
    return (this.waiting ??= this.begin(isFirst ? WAIT_FOR_FIRST_KEY : WAIT_FOR_KEY)).key;
  }

  /** Another epoch, or none any more. */
  keyCame(): void {
    this.isSpent = false;
    this.waiting?.end();
  }

  private begin(ms: number): NonNullable<typeof this.waiting> {
    let resolve = () => {};
    const key = new Promise<void>((done) => (resolve = done));
    const end = () => {
      cancel();
      this.waiting = undefined;
      resolve();
    };
    const cancel = this.after(ms, () => {
      this.isSpent = true;
      end();
    });
    return { key, end };
  }
}
