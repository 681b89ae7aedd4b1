/** Rotations as somebody edits them: what is wrong with one, and the plan that results. Pure. */

import type { DutyWindow, RotaLayer, RotaPlan, TemporarySchedule, TurnLength } from "../api/types";
import { daysBetween, type WallDate } from "../rota/zoneTime";

/** As the broker bounds them (domain/rota/check.rs). */
const MOST = { hours: 52 * 168, days: 364, weeks: 52 } as const;
const MOST_IN_CYCLE = 62;
const MOST_DAYS = 400;

/** Fields of a layer that something is wrong with, and what: a key of `planning:layers.error` with its values. */
export interface Wrong {
  readonly text: "people" | "turn" | "cycle" | "start" | "end" | "days" | "time";
  readonly values: Record<string, unknown>;
}

export interface LayerFaults {
  readonly people?: Wrong;
  readonly start?: Wrong;
  readonly turn?: Wrong;
  readonly end?: Wrong;
  /** By window. */
  readonly windows: readonly (Wrong | undefined)[];
}

export function faultsOf({ people, start, end, turn, windows = [] }: RotaLayer): LayerFaults {
  const wrong = (text: Wrong["text"], values: Record<string, unknown> = {}): Wrong => ({ text, values });
  const badTurn = turnFault(turn);
  return {
    ...(people.length === 0 && { people: wrong("people") }),
    ...(start === "" && { start: wrong("start") }),
    ...(badTurn && { turn: badTurn }),
    ...(end && end <= start && { end: wrong("end") }),
    windows: windows.map(({ days, from, until, on_holidays }) => {
      if (from === "" || until === "") return wrong("time");
      return days.length === 0 && on_holidays !== "also" ? wrong("days") : undefined;
    }),
  };
}

function turnFault(turn: TurnLength): Wrong | undefined {
  const isLength = (n: number, most: number) => Number.isInteger(n) && n >= 1 && n <= most;
  if (turn.unit !== "cycle") return isLength(turn.n, MOST[turn.unit]) ? undefined : { text: "turn", values: { most: MOST[turn.unit] } };
  const { n } = turn;
  return n.length >= 1 && n.length <= MOST_IN_CYCLE && n.every((each) => isLength(each, MOST.hours)) ? undefined : { text: "cycle", values: {} };
}

/** Nothing is wrong that the server would refuse. A rotation without people is taken: it is being made. */
export function isTaken({ start, turn, end, windows }: LayerFaults): boolean {
  return !start && !turn && !end && windows.every((each) => each === undefined);
}

/** `96, 72`; a text that holds anything else gives what the check refuses. */
export function cycleOf(text: string): number[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== "")
    .map(Number);
}

export function newLayer(day: WallDate): RotaLayer {
  return { level: "primary", kind: "on_call", people: [], start: `${day}T08:00:00`, end: null, turn: { unit: "weeks", n: 1 }, windows: [] };
}

export const newWindow = (): DutyWindow => ({ days: [1, 2, 3, 4, 5], from: "17:00:00", until: "08:00:00", on_holidays: "as_weekday", weeks: null });

/** The same list with the item of that place elsewhere. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const item = list[from];
  if (item === undefined || to < 0 || to >= list.length) return [...list];
  const rest = list.filter((_, n) => n !== from);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}

export const withLayers = (plan: RotaPlan, layers: readonly RotaLayer[]): RotaPlan => ({ ...plan, layers: [...layers] });

export const withTemporaries = (plan: RotaPlan, temporaries: readonly TemporarySchedule[]): RotaPlan => ({ ...plan, temporaries: [...temporaries] });

/** What is wrong with a stretch of a temporary schedule: a key of `planning:temporary.error`. */
export function stretchFault({ from, until }: { from: string; until: string }): "until" | "long" | undefined {
  if (from === "" || until === "" || until <= from) return "until";
  return daysBetween(from, until) > MOST_DAYS ? "long" : undefined;
}

export function isTemporaryTaken(schedule: TemporarySchedule): boolean {
  return !stretchFault(schedule) && schedule.shifts.every((shift) => shift.person !== "" && !stretchFault(shift));
}
