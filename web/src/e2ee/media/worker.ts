/**
 * The transform worker: browser streams on one side, {@link Lines} on the other. It and `encryption/browser.ts` are where
 * `e2ee/` asks the clock.
 */

import type { Bytes } from "../bytes";
import { codecOf } from "./clear";
import type { FrameOpener, FrameSealer } from "./frames";
import { ASK_EVERY, dropped, opened, tick, whole, type KeyFrameStep } from "./keyFrames";
import { Lines } from "./lines";
import type { FromWorker, ToWorker, TransformOptions } from "./messages";

interface EncodedFrame {
  data: ArrayBuffer;
  /** `undefined` for sound. */
  readonly type?: "key" | "delta" | "empty";
  getMetadata(): { readonly mimeType?: string };
}
type Transform = (frame: EncodedFrame, controller: TransformStreamDefaultController<EncodedFrame>) => Promise<void>;

interface Transformer {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
  readonly options: TransformOptions;
  /** Not for streams of `createEncodedStreams`: there the browser asks by itself when a picture stands still. */
  sendKeyFrameRequest?(): Promise<void>;
}

/** What of a worker's scope is used: its library of types would stand in the way of the page's. */
const scope = self as unknown as {
  readonly name: string;
  onmessageerror: () => never;
  onrtctransform: (event: { readonly transformer: Transformer }) => void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(message: FromWorker): void;
};

const now = () => performance.now();

/**
 * What tells this worker's keys from others (the context of a KID, `sframe/kid.ts`). The last byte is the worker's number
 * in its page: one that replaces a dead one counts anew, and must never do so under the same key.
 */
function drawContext(bytes: Bytes): void {
  crypto.getRandomValues(bytes);
  bytes[bytes.length - 1] = Number(scope.name);
}

const lines = new Lines(
  drawContext,
  now,
  (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
);

scope.onrtctransform = ({ transformer }) => pipe(transformer);

// A key that did not arrive: the page hears of the error, and starts another worker.
scope.onmessageerror = () => {
  throw new Error("a message cannot be read");
};

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case "streams":
      return pipe(data);
    case "count":
      return scope.postMessage({ id: data.id, counts: lines.counts() });
    default:
      return lines.take(data);
  }
};

function pipe(transformer: Transformer): void {
  const { options, readable, writable } = transformer;
  const { side, line } = options;
  const transform = side === "send" ? sealing(lines.sealer(line)) : opening(lines.opener(line), transformer);
  // A pipe that breaks passes nothing any more.
  readable
    .pipeThrough(new TransformStream({ transform }))
    .pipeTo(writable)
    .catch(() => undefined);
}

function sealing(sealer: FrameSealer): Transform {
  // An error would break the pipe, and with it the line for the rest of the call.
  return async (frame, controller) => {
    const sealed = await sealer.seal(codec(frame), new Uint8Array(frame.data)).catch(() => undefined);
    if (!sealed) return;
    frame.data = sealed.buffer;
    controller.enqueue(frame);
  };
}

function opening(opener: FrameOpener, transformer: Transformer): Transform {
  let picture = whole;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const follow = ({ state, ask }: KeyFrameStep) => {
    picture = state;
    // Refused while nothing is sent; asked again then.
    if (ask) transformer.sendKeyFrameRequest?.().catch(() => undefined);
    clearTimeout(timer);
    if (state.isBroken) timer = setTimeout(() => follow(tick(picture, now())), ASK_EVERY);
  };
  return async (frame, controller) => {
    const result = await opener.open(codec(frame), new Uint8Array(frame.data), now()).catch(() => "forged" as const);
    if (typeof result === "string") {
      // What was shown before leaves no gap (retransmissions that fill up the line).
      if (isPicture(frame) && result !== "replayed") follow(dropped(picture, now()));
      return;
    }
    if (isPicture(frame)) follow(opened(picture, frame.type === "key", now()));
    frame.data = result.buffer;
    controller.enqueue(frame);
  };
}

/** Browsers that name no codec negotiate opus, and VP8 for pictures (`rtc/peer.ts`). */
function codec(frame: EncodedFrame): ReturnType<typeof codecOf> {
  return codecOf(frame.getMetadata().mimeType ?? (isPicture(frame) ? "video/vp8" : "audio/opus"));
}

function isPicture(frame: EncodedFrame): boolean {
  return "type" in frame;
}
