/**
 * The browser's statistics (W3C webrtc-stats) as numbers for people: rates, loss, delay, the kind of path. Pure. It takes
 * over kinds and numbers only: no address, no identifier of a person or device.
 */

import type { Signs } from "./silence";

/** An entry of an `RTCStatsReport`; which fields it has depends on browser and type. */
export type Entry = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** How packets get to the server. */
export interface Path {
  readonly protocol: "udp" | "tcp" | "unknown";
  /** By a TURN server, and how that is reached. */
  readonly relay: "udp" | "tcp" | "tls" | undefined;
  /** Kinds of the chosen pair's candidates (RFC 8445 § 5.1.1): `host`, `srflx`, `prflx`, `relay`. */
  readonly local: string;
  readonly remote: string;
  /** To the server and back, in ms. */
  readonly rtt: number | undefined;
  /** What the browser believes that it can send, in bit/s. */
  readonly availableOut: number | undefined;
}

/** One layer of one source that goes out. */
export interface Sent {
  readonly mid: string;
  readonly kind: "audio" | "video";
  readonly rid: string | undefined;
  readonly codec: string | undefined;
  readonly isActive: boolean;
  /** bit/s. */
  readonly rate: number;
  /** Of what was sent lately, as the other end has it; 0 to 1. */
  readonly loss: number | undefined;
  readonly rtt: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** What holds the picture back (`none`, `cpu`, `bandwidth`, `other`). */
  readonly limitedBy: string;
  readonly keyFrameRequests: number;
  readonly nacks: number;
}

/** One line that comes in. */
export interface Received {
  readonly mid: string;
  readonly kind: "audio" | "video";
  readonly codec: string | undefined;
  readonly rate: number;
  /** Packets of the last interval that never came; 0 to 1. */
  readonly loss: number;
  /** ms. */
  readonly jitter: number;
  /** Share of the sound that was made up; 0 to 1. */
  readonly concealed: number;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** Since the beginning. */
  readonly frames: number;
  readonly freezes: number;
}

export interface Sample {
  /** ms since the page was opened. */
  readonly at: number;
  readonly path: Path | undefined;
  readonly sent: readonly Sent[];
  readonly received: readonly Received[];
}

/** Counters that the next sample is compared with. */
export type Counters = ReadonlyMap<string, Entry>;

/** `before`: the report of an earlier sample and when it was taken; without it rates are 0. */
export function sampleOf(
  report: Iterable<Entry>,
  at: number,
  before: { readonly counters: Counters; readonly at: number } | undefined,
): { readonly sample: Sample; readonly counters: Counters } {
  const entries = new Map([...report].map((entry) => [entry.id, entry]));
  const seconds = before ? Math.max(0.001, (at - before.at) / 1000) : Infinity;
  const since = (entry: Entry, field: string): number => {
    const earlier = before?.counters.get(entry.id);
    return earlier ? Math.max(0, number(entry, field) - number(earlier, field)) : 0;
  };
  const codecOf = (entry: Entry) => text(entries.get(text(entry, "codecId") ?? ""), "mimeType");
  const sent: Sent[] = [];
  const received: Received[] = [];
  for (const entry of entries.values()) {
    const kind = text(entry, "kind") === "audio" ? "audio" : "video";
    const mid = text(entry, "mid");
    if (mid === undefined) continue;
    const picture = {
      width: number(entry, "frameWidth"),
      height: number(entry, "frameHeight"),
      frameRate: number(entry, "framesPerSecond"),
    };
    if (entry.type === "outbound-rtp") {
      const other = remoteOf(entries, entry);
      sent.push({
        mid,
        kind,
        rid: text(entry, "rid"),
        codec: codecOf(entry),
        isActive: entry.active !== false,
        rate: Math.round((8 * since(entry, "bytesSent")) / seconds),
        loss: other && optional(other, "fractionLost"),
        rtt: other && millis(optional(other, "roundTripTime")),
        ...picture,
        limitedBy: text(entry, "qualityLimitationReason") ?? "none",
        keyFrameRequests: number(entry, "pliCount") + number(entry, "firCount"),
        nacks: number(entry, "nackCount"),
      });
    }
    if (entry.type === "inbound-rtp") {
      const lost = since(entry, "packetsLost");
      const came = since(entry, "packetsReceived");
      // Made-up silence is no gap: nobody spoke.
      const gaps = since(entry, "concealedSamples") - since(entry, "silentConcealedSamples");
      received.push({
        mid,
        kind,
        codec: codecOf(entry),
        rate: Math.round((8 * since(entry, "bytesReceived")) / seconds),
        loss: share(lost, lost + came),
        jitter: millis(number(entry, "jitter")) ?? 0,
        concealed: share(Math.max(0, gaps), since(entry, "totalSamplesReceived")),
        ...picture,
        frames: number(entry, "framesDecoded"),
        freezes: number(entry, "freezeCount"),
      });
    }
  }
  return { sample: { at, path: pathOf(entries), sent, received }, counters: entries };
}

/** What has come in over all paths. */
export function signsOf(report: Iterable<Entry>): Signs {
  let [bytes, checks] = [0, 0];
  for (const entry of report) {
    if (entry.type !== "candidate-pair") continue;
    bytes += number(entry, "bytesReceived");
    checks += number(entry, "requestsReceived") + number(entry, "responsesReceived");
  }
  return { bytes, checks };
}

function remoteOf(entries: Counters, sent: Entry): Entry | undefined {
  const named = entries.get(text(sent, "remoteId") ?? "");
  return named ?? [...entries.values()].find((e) => e.type === "remote-inbound-rtp" && e.localId === sent.id);
}

function pathOf(entries: Counters): Path | undefined {
  const all = [...entries.values()];
  const pairs = all.filter((entry) => entry.type === "candidate-pair");
  const chosen = all.find((entry) => entry.type === "transport" && entry.selectedCandidatePairId !== undefined);
  const pair =
    entries.get(text(chosen, "selectedCandidatePairId") ?? "") ??
    // Firefox before it told of the transport.
    pairs.find((entry) => entry.selected === true) ??
    pairs.find((entry) => entry.nominated === true && entry.state === "succeeded");
  if (!pair) return undefined;
  const local = entries.get(text(pair, "localCandidateId") ?? "");
  const remote = entries.get(text(pair, "remoteCandidateId") ?? "");
  const isRelay = text(local, "candidateType") === "relay";
  return {
    protocol: oneOf(["udp", "tcp"] as const, text(local, "protocol")) ?? "unknown",
    relay: isRelay ? (oneOf(["udp", "tcp", "tls"] as const, text(local, "relayProtocol")) ?? "udp") : undefined,
    local: candidateKind(local),
    remote: candidateKind(remote),
    rtt: millis(optional(pair, "currentRoundTripTime")),
    availableOut: optional(pair, "availableOutgoingBitrate"),
  };
}

/** A word of the standard, never what else a browser may put there. */
function candidateKind(candidate: Entry | undefined): string {
  return oneOf(["host", "srflx", "prflx", "relay"] as const, text(candidate, "candidateType")) ?? "unknown";
}

function oneOf<T extends string>(allowed: readonly T[], value: string | undefined): T | undefined {
  return allowed.find((word) => word === value);
}

function optional(entry: Entry, field: string): number | undefined {
  const value = entry[field];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function number(entry: Entry, field: string): number {
  return optional(entry, field) ?? 0;
}

function text(entry: Entry | undefined, field: string): string | undefined {
  const value = entry?.[field];
  return typeof value === "string" ? value : undefined;
}

function millis(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
