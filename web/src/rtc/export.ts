/**
 * What support gets of a call: numbers and kinds, never a name, an identifier of somebody, an address or a word that
 * somebody said. Everything in it is named here, field by field; what a browser or a server adds later stays out. Pure.
 */

import type { QualityLevel } from "../api/types";
import type { Reason } from "./quality";
import type { Path, Received, Sample, Sent } from "./stats";

/** What happened beside the numbers. */
export type CallEvent =
  | { readonly what: "phase"; readonly phase: string }
  /** The layers of a source that somebody needs. */
  | { readonly what: "wanted"; readonly source: string; readonly layers: number }
  | { readonly what: "own_quality"; readonly level: QualityLevel; readonly reason: Reason };

export interface CallLog {
  readonly samples: readonly Sample[];
  readonly events: readonly ({ readonly at: number } & CallEvent)[];
  /** Wall clock at `at` = 0, in Unix ms. */
  readonly origin: number;
}

/** The browser without what could tell one computer from another. */
export function browserOf(userAgent: string): string {
  const names = /(Firefox|Edg|Chrome|Version)\/(\d{1,4})/g;
  const found = [...userAgent.matchAll(names)].map(([, name, version]) => `${name} ${version}`);
  const kind = /\bMobile\b/.test(userAgent) ? "mobile" : "desktop";
  return `${found.find((name) => !name.startsWith("Chrome")) ?? found[0] ?? "unknown"}, ${kind}`;
}

export function exportOf(log: CallLog, userAgent: string): object {
  const time = (at: number) => new Date(log.origin + at).toISOString();
  return {
    format: "telekonsil-call-1",
    browser: browserOf(userAgent),
    from: log.samples[0] && time(log.samples[0].at),
    to: log.samples.at(-1) && time(log.samples.at(-1)?.at ?? 0),
    samples: log.samples.map((sample) => ({
      time: time(sample.at),
      path: sample.path && path(sample.path),
      sent: sample.sent.map(sent),
      received: sample.received.map(received),
    })),
    events: log.events.map((event) => ({ time: time(event.at), ...eventOf(event) })),
  };
}

function path({ protocol, relay, local, remote, rtt, availableOut }: Path): object {
  return { protocol, relay, local, remote, rttMs: rtt, availableOutBps: availableOut };
}

function sent(layer: Sent): object {
  const { mid, kind, rid, codec, isActive, rate, loss, rtt, width, height, frameRate, limitedBy } = layer;
  const { keyFrameRequests, nacks } = layer;
  return {
    line: lineOf(mid),
    kind,
    layer: known(LAYERS, rid),
    codec: known(CODECS, codec),
    isActive,
    bps: rate,
    loss: rounded(loss),
    rttMs: rtt,
    width,
    height,
    frameRate,
    limitedBy: known(LIMITS, limitedBy),
    keyFrameRequests,
    nacks,
  };
}

function received(line: Received): object {
  const { mid, kind, codec, rate, loss, jitter, concealed, width, height, frameRate, frames, freezes } = line;
  return {
    line: lineOf(mid),
    kind,
    codec: known(CODECS, codec),
    bps: rate,
    loss: rounded(loss),
    jitterMs: jitter,
    concealed: rounded(concealed),
    width,
    height,
    frameRate,
    frames,
    freezes,
  };
}

function eventOf(event: CallEvent): object {
  switch (event.what) {
    case "phase":
      return { what: event.what, phase: event.phase };
    case "wanted":
      return { what: event.what, source: event.source, layers: event.layers };
    case "own_quality":
      return { what: event.what, level: event.level, reason: event.reason };
  }
}

/** Both browsers number their lines; anything else says too much. */
function lineOf(mid: string): number | undefined {
  return /^\d{1,3}$/.test(mid) ? Number(mid) : undefined;
}

const CODECS = ["audio/opus", "audio/red", "video/VP8", "video/VP9", "video/AV1", "video/H264", "video/rtx"];
const LAYERS = ["q", "h", "f"];
const LIMITS = ["none", "cpu", "bandwidth", "other"];

/** A word that is known to say nothing about anybody. */
function known(words: readonly string[], word: string | undefined): string | undefined {
  return word !== undefined && words.includes(word) ? word : undefined;
}

function rounded(share: number | undefined): number | undefined {
  return share === undefined ? undefined : Math.round(share * 10_000) / 10_000;
}
