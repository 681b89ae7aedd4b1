/**
 * Seals frames that leave and opens those that come, for a worker's encoded transform. Both fail closed: what cannot be
 * sealed or opened is dropped and counted, and passed on as it is only in a room that was opened without encryption.
 */

import { concat, utf8, type Bytes } from "../bytes";
import type { OpenFault, Receiver } from "../sframe/receiver";
import type { Sender } from "../sframe/sender";
import { clearBytes, type Codec } from "./clear";
import type { Patience } from "./patience";

export interface Mode {
  /** The room was opened without encryption. */
  readonly isLifted: boolean;
  /** The user is asked about it. Nothing leaves: whoever has no transform any more would play what is sealed as noise. */
  readonly isHeld: boolean;
}

/** All of them together are to be compared with what the encoder has encoded: more there than here left unsealed. */
export interface SealCounts {
  readonly sealed: number;
  /** Passed on as it is. */
  readonly plain: number;
  readonly noKey: number;
  /** No frame: sound that is silence has a byte or two and is sealed like any other. */
  readonly tooShort: number;
  /** Of a codec that is not sealed. */
  readonly otherCodec: number;
}

export class FrameSealer {
  private counts: SealCounts = { sealed: 0, plain: 0, noKey: 0, tooShort: 0, otherCodec: 0 };

  constructor(
    private readonly sender: Sender,
    private readonly mode: Mode,
  ) {}

  /** What may leave, or nothing. */
  async seal(codec: Codec | undefined, frame: Bytes): Promise<Bytes | undefined> {
    if (this.mode.isLifted) {
      this.count("plain");
      return frame;
    }
    if (this.mode.isHeld) return this.drop("noKey");
    if (!codec) return this.drop("otherCodec");
    const length = clearBytes(codec, frame);
    if (length === undefined) return this.drop("tooShort");
    const clear = frame.slice(0, length);
    const sealed = await this.sender.seal(associated(codec, clear), frame.slice(clear.length));
    if (!sealed) return this.drop("noKey");
    this.count("sealed");
    return concat(clear, sealed);
  }

  snapshot(): SealCounts {
    return this.counts;
  }

  private drop(why: "noKey" | "tooShort" | "otherCodec"): undefined {
    this.count(why);
    return undefined;
  }

  private count(what: keyof SealCounts): void {
    this.counts = { ...this.counts, [what]: this.counts[what] + 1 };
  }
}

/** `other_leaf`: of another member than the one whose tile it is for. */
export type FrameFault = OpenFault | "other_leaf" | "other_codec";

export interface OpenCounts {
  readonly opened: number;
  /** Passed on as it is. */
  readonly plain: number;
  readonly faults: Readonly<Partial<Record<FrameFault, number>>>;
}

/** Opens the frames of one incoming line. */
export class FrameOpener {
  private opened = 0;
  private plain = 0;
  private readonly faults = new Map<FrameFault, number>();
  /** Whose frames are shown here. */
  private leaf: number | undefined;

  constructor(
    private readonly receiver: Receiver,
    private readonly mode: Mode,
    private readonly patience: Pick<Patience, "wait">,
  ) {}

  /** Whose tile this is; frames of anybody else are dropped. Nobody's, and nothing is shown, with `undefined`. */
  expect(leaf: number | undefined): void {
    this.leaf = leaf;
  }

  /** What may be shown, or why not. Milliseconds. */
  async open(codec: Codec | undefined, frame: Bytes, now: number): Promise<Bytes | FrameFault> {
    const result = await this.tryOpen(codec, frame, now);
    if (typeof result === "string" && this.mode.isLifted && isUnsealed(result)) {
      this.plain += 1;
      return frame;
    }
    if (typeof result === "string") this.faults.set(result, (this.faults.get(result) ?? 0) + 1);
    else this.opened += 1;
    return result;
  }

  snapshot(): OpenCounts {
    return { opened: this.opened, plain: this.plain, faults: Object.fromEntries(this.faults) };
  }

  private async tryOpen(codec: Codec | undefined, frame: Bytes, now: number): Promise<Bytes | FrameFault> {
    if (!codec) return "other_codec";
    const length = clearBytes(codec, frame);
    if (length === undefined) return "malformed";
    const clear = frame.slice(0, length);
    const [metadata, sealed] = [associated(codec, clear), frame.slice(clear.length)];
    // Anything may look so where frames come as they are.
    if (!this.mode.isLifted && this.receiver.isAhead(sealed)) await this.patience.wait(this.receiver.isEmpty);
    const opened = await this.receiver.open(metadata, sealed, now);
    if (!opened.ok) return opened.fault;
    return opened.leaf === this.leaf ? concat(clear, opened.plaintext) : "other_leaf";
  }
}

/** What a frame that nobody sealed can look like; the others name a frame that was. */
function isUnsealed(fault: FrameFault): boolean {
  return fault !== "other_leaf" && fault !== "replayed";
}

/** The codec is bound too: a frame of sound is never taken for one of a picture. */
function associated(codec: Codec, clear: Bytes): Bytes {
  return concat(utf8(`${codec};`), clear);
}
