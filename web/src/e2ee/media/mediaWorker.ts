/** The page's end of the transform worker. */

import type { Counts, FromWorker, ToWorker, TransformOptions } from "./messages";

export interface MediaWorker {
  post(message: ToWorker): void;
  /** From now on, what the sender or receiver carries goes through the worker. */
  attach(to: RTCRtpSender | RTCRtpReceiver, options: TransformOptions): void;
  /** What it has done so far; nothing once it has ended. */
  counts(): Promise<Counts>;
  /** Nothing passes any more. */
  end(): void;
}

/** Chromium before `RTCRtpScriptTransform`: frames as streams, which the page hands over. */
interface WithStreams {
  createEncodedStreams?(): { readonly readable: ReadableStream; readonly writable: WritableStream };
}

const NOTHING: Counts = { sealed: {}, opened: {} };
/**
 * How long a worker may take to say what it has done, in milliseconds. More notices a dead one later; less takes a busy one
 * for dead: the watch over what leaves then stops it.
 */
const ANSWER_WITHIN = 5000;

export const hasScriptTransform = (): boolean => "RTCRtpScriptTransform" in globalThis;

export const hasEncodedStreams = (): boolean =>
  "RTCRtpSender" in globalThis && "createEncodedStreams" in RTCRtpSender.prototype;

/**
 * What the connection has to be made with. With it Chromium holds frames back until somebody takes the streams; beside
 * script transforms it is of no use.
 */
export function mediaConfiguration(): RTCConfiguration {
  return hasScriptTransform() ? {} : ({ encodedInsertableStreams: true } as RTCConfiguration);
}

export function startMediaWorker(): MediaWorker {
  return new BrowserMediaWorker(new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
}

class BrowserMediaWorker implements MediaWorker {
  private asked = 0;
  private readonly answers = new Map<number, (counts: Counts) => void>();
  private hasEnded = false;

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data: { id, counts } }: MessageEvent<FromWorker>) => this.answer(id, counts);
  }

  private answer(id: number, counts: Counts): void {
    this.answers.get(id)?.(counts);
    this.answers.delete(id);
  }

  post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  attach(to: RTCRtpSender | RTCRtpReceiver, options: TransformOptions): void {
    if (hasScriptTransform()) {
      to.transform = new RTCRtpScriptTransform(this.worker, options);
      return;
    }
    const streams = (to as WithStreams).createEncodedStreams?.();
    if (!streams) throw new Error("this browser cannot seal media");
    const { readable, writable } = streams;
    const message: ToWorker = { type: "streams", options, readable, writable };
    this.worker.postMessage(message, [readable, writable]);
  }

  counts(): Promise<Counts> {
    if (this.hasEnded) return Promise.resolve(NOTHING);
    const id = (this.asked += 1);
    this.post({ type: "count", id });
    return new Promise((resolve) => {
      const late = setTimeout(() => this.answer(id, NOTHING), ANSWER_WITHIN);
      this.answers.set(id, (counts) => {
        clearTimeout(late);
        resolve(counts);
      });
    });
  }

  end(): void {
    this.hasEnded = true;
    this.worker.terminate();
    for (const answer of this.answers.values()) answer(NOTHING);
    this.answers.clear();
  }
}
