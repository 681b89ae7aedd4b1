/** Reads the browser's statistics while a call lasts, judges them, and keeps the last minutes for support. */

import type { MemberId } from "../api/types";
import type { Connection } from "./connection";
import { exportOf, type CallEvent } from "./export";
import { isBadHere, ownQuality, qualityOfOther, Stillness, type Verdict } from "./quality";
import { midOf } from "./slots";
import { sampleOf, signsOf, type Counters, type Entry, type Received, type Sample } from "./stats";

/** Between two readings, in ms. More notices a frozen face later; less costs an old PC some milliseconds each. */
const EVERY = 1000;
/** Readings and events that are kept for support: ten minutes. */
const SAMPLES = 600;
const EVENTS = 600;

export interface Judged extends Verdict {
  /** The picture stands still although it is sent and shown; sound goes on. */
  readonly isPaused: boolean;
}

export interface Judgement {
  readonly own: Verdict;
  readonly others: ReadonlyMap<MemberId, Judged>;
  readonly path: Sample["path"];
}

const NOTHING: Judgement = { own: { level: "good", reason: "none" }, others: new Map(), path: undefined };

export class Meter {
  private judgement = NOTHING;
  private before: { counters: Counters; at: number } | undefined;
  private samples: Sample[] = [];
  private events: ({ at: number } & CallEvent)[] = [];
  private phase = "";
  private wanted = "";
  private readonly stills = new Map<string, Stillness>();
  private readonly listeners = new Set<() => void>();
  private stops: readonly (() => void)[] = [];

  constructor(private readonly connection: Connection) {}

  start(): void {
    const timer = setInterval(() => void this.read(), EVERY);
    this.stops = [() => clearInterval(timer), this.connection.subscribe(() => this.follow())];
  }

  readonly snapshot = (): Judgement => this.judgement;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** For support: no name, no address, nobody's identifier. */
  export(): object {
    const { samples, events } = this;
    return exportOf({ samples, events, origin: performance.timeOrigin }, navigator.userAgent);
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  private async read(): Promise<void> {
    const report = await this.connection.report();
    const at = performance.now();
    if (report) {
      const entries = [...(report as unknown as Map<string, Entry>).values()];
      this.connection.heard(at, signsOf(entries));
      void this.connection.watch(entries);
      const { sample, counters } = sampleOf(entries, at, this.before);
      this.before = { counters, at };
      this.samples = [...this.samples, sample].slice(-SAMPLES);
      this.judge(sample);
    } else {
      this.before = undefined;
      this.judge(undefined);
    }
  }

  private judge(sample: Sample | undefined): void {
    const { roster, slots, you, quality, phase } = this.connection.snapshot();
    const now = performance.now();
    const lines = new Map((sample?.received ?? []).map((line) => [line.mid, line]));
    const others = roster.filter(({ id }) => id !== you);
    const linesOf = (member: MemberId): Received[] =>
      slots.filter((slot) => slot.member === member).flatMap((slot) => lines.get(slot.mid) ?? []);
    const badHere = isBadHere(others.map(({ id }) => linesOf(id)));
    const judged = others.map((member): [MemberId, Judged] => {
      const told = quality.find((entry) => entry.member === member.id);
      const verdict = qualityOfOther({ isConnected: member.connected, told, lines: linesOf(member.id) }, badHere);
      const mid = midOf(slots, member.id, "camera");
      const isWanted =
        phase === "live" && mid !== undefined && member.publishing.camera && member.connected && this.connection.isShown(mid);
      const isPaused = mid !== undefined && this.still(mid).at(now, lines.get(mid)?.frames ?? 0, isWanted);
      return [member.id, { ...verdict, isPaused }];
    });
    const own = ownQuality(phase === "live", quality.find(({ member }) => member === you), sample);
    if (own.level !== this.judgement.own.level || own.reason !== this.judgement.own.reason)
      this.note({ what: "own_quality", ...own });
    const next: Judgement = { own, others: new Map(judged), path: sample?.path };
    if (JSON.stringify(plain(next)) === JSON.stringify(plain(this.judgement))) return;
    this.judgement = next;
    for (const listener of this.listeners) listener();
  }

  private still(mid: string): Stillness {
    const known = this.stills.get(mid) ?? new Stillness();
    this.stills.set(mid, known);
    return known;
  }

  private follow(): void {
    const { phase, wanted } = this.connection.snapshot();
    if (phase !== this.phase) {
      this.phase = phase;
      this.note({ what: "phase", phase });
    }
    const said = JSON.stringify(wanted);
    if (said === this.wanted) return;
    this.wanted = said;
    for (const [source, layers] of Object.entries(wanted)) this.note({ what: "wanted", source, layers });
  }

  private note(event: CallEvent): void {
    this.events = [...this.events, { at: performance.now(), ...event }].slice(-EVENTS);
  }
}

/** What is shown of a judgement: delay in steps, so that a tile is not drawn anew for every millisecond. */
function plain({ own, others, path }: Judgement): unknown {
  const way = path && { ...path, rtt: Math.round((path.rtt ?? 0) / 20), availableOut: Math.round((path.availableOut ?? 0) / 1e5) };
  return [own, [...others], way];
}
