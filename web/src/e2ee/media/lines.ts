/** What the worker holds: one sender, whose counter all lines share, one receiver, and the lines. Told the time. */

import type { Bytes } from "../bytes";
import { Receiver } from "../sframe/receiver";
import { Sender } from "../sframe/sender";
import { FrameOpener, FrameSealer, type Mode } from "./frames";
import type { Counts, ToWorker } from "./messages";
import { Patience, type After } from "./patience";

/** What concerns keys and lines; the rest is the browser's. */
export type ToLines = Exclude<ToWorker, { readonly type: "count" | "streams" }>;

export class Lines {
  private readonly mode: { -readonly [Key in keyof Mode]: Mode[Key] } = { isLifted: false, isHeld: false };
  private readonly sender: Sender;
  private readonly receiver = new Receiver();
  private readonly patience: Patience;
  private readonly sealers = new Map<string, FrameSealer>();
  private readonly openers = new Map<string, FrameOpener>();

  /** `random` fills with unpredictable bytes; `now` in milliseconds from any origin. */
  constructor(
    random: (bytes: Bytes) => void,
    private readonly now: () => number,
    after: After,
  ) {
    this.sender = new Sender(random);
    this.patience = new Patience(after);
  }

  take(message: ToLines): void {
    switch (message.type) {
      case "epoch": {
        const { epoch, leaf, members, base, shown } = message;
        for (const [line, leaf] of shown) this.opener(line).expect(leaf);
        this.receiver.use({ epoch, members, base }, this.now());
        this.patience.keyCame();
        void this.sender.use({ epoch, leaf, base });
        return;
      }
      case "stop":
        this.mode.isLifted = false;
        this.sender.stop();
        this.receiver.stop();
        return this.patience.keyCame();
      case "held":
        this.mode.isHeld = true;
        return;
      case "lifted":
        this.mode.isLifted = true;
        return;
      case "expect":
        return this.opener(message.line).expect(message.leaf);
      case "release":
        // Its transform may have a frame in hand.
        this.openers.get(message.line)?.expect(undefined);
        this.openers.delete(message.line);
        this.sealers.delete(message.line);
        return;
    }
  }

  sealer(line: string): FrameSealer {
    const sealer = this.sealers.get(line) ?? new FrameSealer(this.sender, this.mode);
    this.sealers.set(line, sealer);
    return sealer;
  }

  opener(line: string): FrameOpener {
    const opener = this.openers.get(line) ?? new FrameOpener(this.receiver, this.mode, this.patience);
    this.openers.set(line, opener);
    return opener;
  }

  counts(): Counts {
    const of = <T>(all: Map<string, { snapshot(): T }>) =>
      Object.fromEntries([...all].map(([line, each]) => [line, each.snapshot()]));
    return { sealed: of(this.sealers), opened: of(this.openers) };
  }
}
