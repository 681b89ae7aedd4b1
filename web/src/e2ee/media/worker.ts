/**
 * The transform worker: browser streams on one side, {@link FrameSealer} and {@link FrameOpener} on the other. One worker
 * has one sender, whose counter all lines share. It is the one place of `e2ee/` that asks the clock.
 */

import { Receiver } from "../sframe/receiver";
import { Sender } from "../sframe/sender";
import { codecOf } from "./clear";
import { FrameOpener, FrameSealer } from "./frames";
import { ASK_EVERY, dropped, opened, tick, whole, type KeyFrameStep } from "./keyFrames";
import type { Counts, ToWorker, TransformOptions } from "./messages";

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
  sendKeyFrameRequest?(): Promise<void>;
}

/** What of a worker's scope is used: its library of types would stand in the way of the page's. */
const scope = self as unknown as {
  onrtctransform: (event: { readonly transformer: Transformer }) => void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(message: Counts): void;
};

const sender = new Sender((bytes) => void crypto.getRandomValues(bytes));
const receiver = new Receiver();
const sealers = new Map<string, FrameSealer>();
const openers = new Map<string, FrameOpener>();
const now = () => performance.now();
/** The epoch that the sender is to use next. */
let pendingUse: ReturnType<typeof setTimeout> | undefined;
let isSending = false;

scope.onrtctransform = ({ transformer }) => {
  const { options, readable, writable } = transformer;
  const transform = options.side === "send" ? sealing(options.line) : opening(options.line, transformer);
  // A pipe that breaks sends nothing any more.
  readable
    .pipeThrough(new TransformStream({ transform }))
    .pipeTo(writable)
    .catch(() => undefined);
};

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case "epoch": {
      const { epoch, leaf, members, base, sendAfter } = data;
      receiver.use({ epoch, members, base }, now());
      clearTimeout(pendingUse);
      pendingUse = setTimeout(() => void sender.use({ epoch, leaf, base }), isSending ? sendAfter : 0);
      isSending = true;
      return;
    }
    case "stop":
      clearTimeout(pendingUse);
      isSending = false;
      sender.stop();
      receiver.stop();
      return;
    case "expect":
      openerOf(data.line).expect(data.leaf);
      return;
    case "count":
      scope.postMessage(counts(data.id));
      return;
  }
};

function sealing(line: string): Transform {
  const sealer = sealers.get(line) ?? new FrameSealer(sender);
  sealers.set(line, sealer);
  return async (frame, controller) => {
    const sealed = await sealer.seal(codec(frame), new Uint8Array(frame.data));
    if (!sealed) return;
    frame.data = sealed.buffer;
    controller.enqueue(frame);
  };
}

function opening(line: string, transformer: Transformer): Transform {
  const opener = openerOf(line);
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
    const result = await opener.open(codec(frame), new Uint8Array(frame.data), now());
    if (typeof result === "string") {
      if (isPicture(frame)) follow(dropped(picture, now()));
      return;
    }
    if (isPicture(frame)) follow(opened(picture, frame.type === "key", now()));
    frame.data = result.buffer;
    controller.enqueue(frame);
  };
}

function openerOf(line: string): FrameOpener {
  const opener = openers.get(line) ?? new FrameOpener(receiver);
  openers.set(line, opener);
  return opener;
}

/** Browsers that name no codec negotiate opus, and VP8 for pictures (`rtc/peer.ts`). */
function codec(frame: EncodedFrame): ReturnType<typeof codecOf> {
  return codecOf(frame.getMetadata().mimeType ?? (isPicture(frame) ? "video/vp8" : "audio/opus"));
}

function isPicture(frame: EncodedFrame): boolean {
  return "type" in frame;
}

function counts(id: number): Counts {
  const of = <T>(all: Map<string, { snapshot(): T }>) =>
    Object.fromEntries([...all].map(([line, each]) => [line, each.snapshot()]));
  return { type: "counts", id, sealed: of(sealers), opened: of(openers) };
}
