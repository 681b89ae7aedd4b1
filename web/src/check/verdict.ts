/** What the check before a call comes to: pure, from what was seen and measured, nothing assumed. */

import type { QualityLevel } from "../api/types";
import type { DeviceProblem } from "../rtc/devices";
import type { Path, Sample } from "../rtc/stats";

/** bit/s below which a picture is small, and below which there is none beside the voice. */
const UP_WEAK = 500_000;
const UP_LOST = 120_000;
const LOSS_WEAK = 0.03;
const LOSS_LOST = 0.2;
/** ms there and back. */
const RTT_WEAK = 300;
/** Share of the microphone's meter that counts as heard: a voice at arm's length, not the room's hum. */
export const HEARD_FROM = 0.2;

export type Tried =
  /** Not tried yet. */
  | undefined
  | "ok"
  /** The person has said that it does not work, or nothing was heard of the microphone. */
  | "silent"
  /** Turned off, or there is none; that may be intended. */
  | "off"
  | DeviceProblem;

/** What was measured on the way to the media server and back. */
export interface Measured {
  readonly path: Path | undefined;
  /** Medians and means over the time of the measurement; `undefined`: the browser did not tell. */
  readonly rtt: number | undefined;
  readonly lossUp: number | undefined;
  readonly lossDown: number | undefined;
  readonly jitter: number | undefined;
  /** bit/s: what the browser believes that it can send, or has sent when it does not say. */
  readonly up: number | undefined;
  /** Most that has come back in a second, in bit/s. No more than the picture has, whatever the line could carry. */
  readonly down: number;
  /** The picture came back. */
  readonly hasPicture: boolean;
}

export type PathResult =
  | { readonly state: "measured"; readonly measured: Measured }
  /** No media got through in either direction. */
  | { readonly state: "blocked" }
  /** The server was not reached, or does not offer the check. */
  | { readonly state: "unavailable" };

export type Advice =
  | "camera"
  | "microphone"
  | "silent"
  | "speaker"
  | "blocked"
  | "unavailable"
  | "no_picture"
  | "loss"
  | "slow_up"
  | "delay"
  | "not_udp";

export interface Verdict {
  /** `undefined` as long as something was not tried. */
  readonly level: QualityLevel | undefined;
  readonly advice: readonly Advice[];
}

export interface Findings {
  readonly camera: Tried;
  readonly microphone: Tried;
  readonly speaker: Tried;
  readonly path: PathResult | undefined;
}

export function verdictOf({ camera, microphone, speaker, path }: Findings): Verdict {
  const found: [QualityLevel, Advice][] = [];
  if (camera !== undefined && camera !== "ok" && camera !== "off") found.push(["weak", "camera"]);
  if (microphone === "silent") found.push(["lost", "silent"]);
  else if (microphone !== undefined && microphone !== "ok") found.push(["lost", "microphone"]);
  if (speaker !== undefined && speaker !== "ok") found.push(["lost", "speaker"]);
  if (path?.state === "blocked") found.push(["lost", "blocked"]);
  // What was not tried is neither good nor bad.
  if (path?.state === "unavailable") found.push(["good", "unavailable"]);
  if (path?.state === "measured") found.push(...pathAdvice(path.measured));
  const isWhole = camera !== undefined && microphone !== undefined && speaker !== undefined && isTried(path);
  const levels = found.map(([level]) => level);
  const level = levels.includes("lost") ? "lost" : levels.includes("weak") ? "weak" : "good";
  // Something bad is bad whatever else comes; good is only what was tried.
  return { level: isWhole || level === "lost" ? level : undefined, advice: found.map(([, advice]) => advice) };
}

function isTried(path: PathResult | undefined): boolean {
  return path !== undefined && path.state !== "unavailable";
}

function pathAdvice(measured: Measured): [QualityLevel, Advice][] {
  const { path, rtt, lossUp, lossDown, up, hasPicture } = measured;
  const found: [QualityLevel, Advice][] = [];
  const loss = Math.max(lossUp ?? 0, lossDown ?? 0);
  if (!hasPicture) found.push(["lost", "no_picture"]);
  if (loss >= LOSS_WEAK) found.push([loss >= LOSS_LOST ? "lost" : "weak", "loss"]);
  if (up !== undefined && up < UP_WEAK) found.push([up < UP_LOST ? "lost" : "weak", "slow_up"]);
  if ((rtt ?? 0) >= RTT_WEAK) found.push(["weak", "delay"]);
  // Works, and is worth knowing: good as long as nothing else is wrong.
  const isUdp = path?.protocol === "udp" && path.relay !== "tcp" && path.relay !== "tls";
  if (path && !isUdp) found.push(["good", "not_udp"]);
  return found;
}

/** `sent` and `received`: readings of the sending and the receiving end over the time of the measurement, oldest first. */
export function measuredOf(sent: readonly Sample[], received: readonly Sample[]): Measured {
  const layers = sent.flatMap((sample) => sample.sent.filter(({ isActive, rate }) => isActive && rate > 0));
  const lines = received.flatMap((sample) => sample.received.filter(({ rate }) => rate > 0));
  const last = sent.at(-1)?.path;
  const estimates = sent.flatMap(({ path }) => path?.availableOut ?? []);
  const rates = sent.map((sample) => sum(sample.sent.map(({ rate }) => rate)));
  return {
    path: last,
    rtt: median(sent.flatMap(({ path }) => path?.rtt ?? [])),
    // Of sound the server tells what is lost on the whole way, there and back.
    lossUp: mean(layers.flatMap(({ kind, loss }) => (kind === "video" ? (loss ?? []) : []))),
    lossDown: mean(lines.map(({ loss }) => loss)),
    jitter: median(lines.map(({ jitter }) => jitter)),
    up: estimates.at(-1) ?? (rates.length > 0 ? Math.max(...rates) : undefined),
    down: Math.max(0, ...received.map((sample) => sum(sample.received.map(({ rate }) => rate)))),
    hasPicture: received.some((sample) => sample.received.some(({ kind, frames }) => kind === "video" && frames > 0)),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

function mean(numbers: readonly number[]): number | undefined {
  return numbers.length > 0 ? sum(numbers) / numbers.length : undefined;
}

function median(numbers: readonly number[]): number | undefined {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
