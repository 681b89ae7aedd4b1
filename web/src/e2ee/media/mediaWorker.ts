/** The page's end of the transform worker. */

import type { Counts, FromWorker, ToWorker, TransformOptions } from "./messages";
import { ASK_EVERY, Pulse } from "./pulse";

export interface MediaWorker {
  post(message: ToWorker): void;
  /** From now on, what the sender or receiver carries goes through the worker. */
  attach(to: RTCRtpSender | RTCRtpReceiver, options: TransformOptions): void;
  /** What it has done so far; `undefined` once it has ended. */
  counts(): Promise<Counts | undefined>;
  /** Nothing passes any more. */
  end(): void;
}

/** Chromium before `RTCRtpScriptTransform`: frames as streams, which the page hands over. */
interface WithStreams {
  createEncodedStreams?(): { readonly readable: ReadableStream; readonly writable: WritableStream };
}

/** Workers that this page has started. */
let started = 0;

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

/** `died`: told once, when it is gone or broken without having been ended. Its transforms can be given to no other. */
export function startMediaWorker(died: () => void): MediaWorker {
  // Its name is a number of its own: what it seals with differs from what any other worker of this page does.
  const name = String((started += 1));
  return new BrowserMediaWorker(new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name }), died);
}

class BrowserMediaWorker implements MediaWorker {
  private asked = 0;
  private readonly answers = new Map<number, (counts: Counts | undefined) => void>();
  private readonly pulse = new Pulse();
  private readonly timer: ReturnType<typeof setInterval>;
  private hasEnded = false;

  constructor(
    private readonly worker: Worker,
    private readonly died: () => void,
  ) {
    worker.onmessage = ({ data: { id, counts } }: MessageEvent<FromWorker>) => {
      this.pulse.heard();
      this.answers.get(id)?.(counts);
      this.answers.delete(id);
    };
    // A script that cannot be loaded, an error that nobody has caught, a message that cannot be read: its end either way.
    worker.onerror = worker.onmessageerror = () => this.die();
    // A worker that the browser has killed says nothing at all.
    this.timer = setInterval(() => (this.pulse.ask() ? void this.counts() : this.die()), ASK_EVERY);
  }

  private die(): void {
    if (this.hasEnded) return;
    // It may be only half dead: nothing passes any more in any case.
    this.end();
    this.died();
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

  counts(): Promise<Counts | undefined> {
    if (this.hasEnded) return Promise.resolve(undefined);
    const id = (this.asked += 1);
    return new Promise((resolve) => {
      this.answers.set(id, resolve);
      this.post({ type: "count", id });
    });
  }

  end(): void {
    this.hasEnded = true;
    clearInterval(this.timer);
    this.worker.terminate();
    for (const answer of this.answers.values()) answer(undefined);
    this.answers.clear();
  }
}
