/** The running clock of an emergency: plain spans between instants, nothing derived from them. Pure; told the time. */

import type { CaseFields, ClockStamp, ClockTimes } from "../api/types";

export type ClockName = keyof ClockTimes;

export interface ClockRow {
  name: Exclude<ClockName, "eta">;
  /** When it happened; `null` while nobody has said so. */
  at: number | null;
  /** `runs`: time since `at`; `stopped`: from `at` to the decision; `after_door`: from the door to `at`; `null`: nothing to count. */
  span: { kind: "runs" | "stopped" | "after_door"; ms: number } | null;
}

const known = (at: number | null | undefined): number | null => at ?? null;

/** Rows in the order in which things happen. The clocks of the first two stop with the decision. */
export function clockRows(clock: ClockTimes, now: number): ClockRow[] {
  const decision = known(clock.decision);
  const door = known(clock.door);
  const since = (at: number | null): ClockRow["span"] => {
    if (at === null) return null;
    return decision === null ? { kind: "runs", ms: now - at } : { kind: "stopped", ms: decision - at };
  };
  const afterDoor = (at: number | null): ClockRow["span"] =>
    at === null || door === null || at < door ? null : { kind: "after_door", ms: at - door };
  const lastSeenWell = known(clock.last_seen_well);
  const imaging = known(clock.imaging);
  return [
    { name: "last_seen_well", at: lastSeenWell, span: since(lastSeenWell) },
    { name: "door", at: door, span: since(door) },
    { name: "imaging", at: imaging, span: afterDoor(imaging) },
    { name: "decision", at: decision, span: afterDoor(decision) },
  ];
}

/** Clocks that differ by this much are forgiven, as the server does (`Action::Stamp`). */
const AHEAD_MS = 5 * 60_000;
/** An older instant is a slip of the finger in the date. More lets it through; less refuses a patient found in the morning. */
const AGE_MS = 7 * 24 * 3_600_000;

/** Why an instant cannot be right; the text is `consult:clock.wrong.{…}`. */
export function instantProblem(name: ClockName, at: number | null, now: number): "empty" | "future" | "old" | null {
  if (at === null) return "empty";
  if (name !== "eta" && at > now + AHEAD_MS) return "future";
  return at < now - AGE_MS ? "old" : null;
}

export const isStamp = (name: ClockName): name is ClockStamp => name === "door" || name === "imaging" || name === "decision";

/** The case's field behind a row that is no stamp. */
export function clockField(name: ClockName, at: number): CaseFields {
  return name === "eta" ? { eta: at } : { last_seen_well: at };
}

/** Minutes to the patient's arrival that a pre-alert offers. */
export const ETA_MINUTES = [5, 10, 15, 20, 30] as const;

/** The whole minute that is `minutes` from now. */
export function etaIn(minutes: number, now: number): number {
  return Math.round(now / 60_000 + minutes) * 60_000;
}
