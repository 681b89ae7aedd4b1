/** How well somebody gets through, in words: from what the server says and what the browser measures. Pure. */

import type { MemberQuality, QualityCause, QualityLevel } from "../api/types";
import type { Received, Sample } from "./stats";

/**
 * Loss from which sound has audible gaps in spite of opus' own repair. More says "good" to somebody who misses words;
 * less worries people about what they do not hear.
 */
const LOSS_WEAK = 0.05;
/** And from which nothing can be understood. */
const LOSS_LOST = 0.5;
/** Share of made-up sound that is heard as gaps. */
const CONCEALED_WEAK = 0.05;
/** In ms. ITU-T G.114: a talk becomes difficult from 400 ms one way; halves of it are codecs and buffers. */
const RTT_WEAK = 400;
const JITTER_WEAK = 80;
/** How long a picture may stand still until it counts as paused, in ms. More shows a frozen face as if it were there; less
 * takes every hiccup for a pause. */
export const PAUSED_AFTER = 2500;

/** `none`: all is well. `unknown`: something is not, and nobody can tell why. */
export type Reason =
  | "none"
  | "unknown"
  /** They, or oneself, are not connected at the moment. */
  | "away"
  | "their_uplink"
  | "your_uplink"
  | "your_downlink"
  | "delay"
  /** This computer is too slow for the picture. */
  | "computer"
  | "server";

export interface Verdict {
  readonly level: QualityLevel;
  readonly reason: Reason;
}

const GOOD: Verdict = { level: "good", reason: "none" };

export interface Other {
  readonly isConnected: boolean;
  /** What the server says of them. */
  readonly told: MemberQuality | undefined;
  /** Their lines, as far as they send. */
  readonly lines: readonly Received[];
}

/**
 * How `other` gets here. `isBadHere`: more than one of them has losses here, or the server says so: then it is this
 * end's line.
 */
export function qualityOfOther(other: Other, isBadHere: boolean): Verdict {
  if (!other.isConnected) return { level: "lost", reason: "away" };
  const told = toldOf(other.told, "their_uplink");
  if (told.level !== "good") return told;
  const level = worst(other.lines.map(levelOf));
  return level === "good" ? GOOD : { level, reason: isBadHere ? "your_downlink" : "unknown" };
}

/** Lines of several people are bad at once. */
export function isBadHere(lines: readonly (readonly Received[])[]): boolean {
  const heard = lines.filter((own) => own.length > 0);
  return heard.length > 1 && heard.filter((own) => worst(own.map(levelOf)) !== "good").length > heard.length / 2;
}

/** How oneself gets through. */
export function ownQuality(isConnected: boolean, told: MemberQuality | undefined, sample: Sample | undefined): Verdict {
  if (!isConnected) return { level: "lost", reason: "away" };
  const said = toldOf(told, "your_uplink");
  if (said.level !== "good") return said;
  if (!sample) return GOOD;
  const sent = sample.sent.filter(({ isActive, rate }) => isActive && rate > 0);
  // Of sound the server tells what is lost on the whole way to whoever loses most; of that it speaks itself.
  const loss = Math.max(0, ...sent.map(({ kind, loss }) => (kind === "video" ? (loss ?? 0) : 0)));
  if (loss >= LOSS_WEAK) return { level: loss >= LOSS_LOST ? "lost" : "weak", reason: "your_uplink" };
  if (sent.some(({ limitedBy, rid }) => limitedBy === "bandwidth" && (rid === undefined || rid === "q")))
    return { level: "weak", reason: "your_uplink" };
  if (sent.some(({ limitedBy }) => limitedBy === "cpu")) return { level: "weak", reason: "computer" };
  if ((sample.path?.rtt ?? 0) >= RTT_WEAK) return { level: "weak", reason: "delay" };
  const heard = sample.received.filter(({ rate }) => rate > 0);
  if (heard.length > 0 && heard.every((line) => levelOf(line) !== "good"))
    return { level: worst(heard.map(levelOf)), reason: "your_downlink" };
  return GOOD;
}

function toldOf(told: MemberQuality | undefined, uplink: Reason): Verdict {
  if (!told || told.level === "good") return GOOD;
  const reasons: Record<QualityCause, Reason> = {
    none: "unknown",
    their_uplink: uplink,
    your_downlink: "your_downlink",
    server: "server",
  };
  return { level: told.level, reason: reasons[told.cause] };
}

function levelOf(line: Received): QualityLevel {
  if (line.rate === 0 && line.loss === 0) return "good";
  if (line.loss >= LOSS_LOST) return "lost";
  const isWeak = line.loss >= LOSS_WEAK || line.concealed >= CONCEALED_WEAK || line.jitter >= JITTER_WEAK;
  return isWeak ? "weak" : "good";
}

function worst(levels: readonly QualityLevel[]): QualityLevel {
  if (levels.includes("lost")) return "lost";
  return levels.includes("weak") ? "weak" : "good";
}

/** Tells a picture that stands still from one that moves. One for each line. */
export class Stillness {
  private frames = -1;
  private since = 0;

  /** `frames` decoded so far; `isWanted`: somebody sends it, and it is shown here. */
  at(now: number, frames: number, isWanted: boolean): boolean {
    if (!isWanted || frames !== this.frames) {
      this.frames = frames;
      this.since = now;
      return false;
    }
    return now - this.since >= PAUSED_AFTER;
  }
}
