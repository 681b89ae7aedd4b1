/** Whether one peer sends frames that nobody sealed: what its encoders have made against what its transforms were given. */

import { look, type Watch } from "../e2ee/media/leak";
import type { SealCounts } from "../e2ee/media/frames";
import type { Counts } from "../e2ee/media/messages";
import type { Entry } from "./stats";

/** Something that leaves: its m-line, and the label under which the worker counts it. */
export interface Outgoing {
  readonly mid: string | null;
  readonly line: string;
}

const START: Watch = { encodedAtStart: 0, suspicious: 0 };

export class LeakWatch {
  private readonly watches = new Map<string, Watch>();

  /**
   * One look, each second. `counts` were read after `report`: what was under way then has been seen. Without them the
   * worker is dead, and the peer about to be closed.
   */
  leaks(report: readonly Entry[], outgoing: readonly Outgoing[], counts: Counts | undefined): boolean {
    if (!counts) return false;
    return outgoing
      .map(({ mid, line }) => {
        const { watch, leaks } = look(this.watches.get(line) ?? START, {
          encoded: encodedOn(report, mid),
          seen: seenOf(counts.sealed[line]),
        });
        this.watches.set(line, watch);
        return leaks;
      })
      .includes(true);
  }
}

/** Frames of all layers. Of sound browsers count packets alone: each is a frame, unless it is sent again. */
export function encodedOn(report: readonly Entry[], mid: string | null): number {
  const own = report.filter((entry) => entry.type === "outbound-rtp" && mid !== null && entry.mid === mid);
  return own.reduce((sum, entry) => {
    const sent = number(entry.packetsSent) - number(entry.retransmittedPacketsSent);
    return sum + (entry.kind === "audio" ? sent : number(entry.framesEncoded));
  }, 0);
}

function seenOf(counts: SealCounts | undefined): number {
  // A transform that was ignored has never been given anything.
  return counts ? Object.values(counts).reduce<number>((sum, n) => sum + n, 0) : 0;
}

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
