/** One's own duty on a clock: until when, what is next, and whether the device was tried for it. Pure: told the time. */

import type { Duty } from "../api/types";

/** Stretches that meet or overlap are one duty to whoever is on it. */
export interface Stretch {
  from: number;
  until: number;
  duties: readonly Duty[];
}

export function stretches(duties: readonly Duty[]): Stretch[] {
  const merged: { from: number; until: number; duties: Duty[] }[] = [];
  for (const duty of duties.toSorted((a, b) => a.from - b.from || a.until - b.until)) {
    const last = merged.at(-1);
    if (last && duty.from <= last.until) {
      last.until = Math.max(last.until, duty.until);
      last.duties.push(duty);
    } else merged.push({ from: duty.from, until: duty.until, duties: [duty] });
  }
  return merged;
}

export interface OnDuty {
  now: Stretch | null;
  next: Stretch | null;
}

export function onDuty(duties: readonly Duty[], now: number): OnDuty {
  const all = stretches(duties);
  return { now: all.find(({ from, until }) => from <= now && until > now) ?? null, next: all.find(({ from }) => from > now) ?? null };
}

/** How long before a duty its test counts. More asks the evening before; less lets somebody test on the way there. */
const BEFORE_MS = 12 * 3_600_000;
/** Duties that follow one another for weeks are tried again after so long. */
const AGAIN_MS = 24 * 3_600_000;

export interface LastTest {
  started_at: number;
  passed?: boolean | null;
}

/** A duty runs or begins soon, and nothing shows that this person can be reached in it. */
export function isTestDue(duties: readonly Duty[], last: LastTest | null, now: number): boolean {
  const { now: current, next } = onDuty(duties, now);
  const stretch = current ?? (next && next.from - now <= BEFORE_MS ? next : null);
  if (!stretch) return false;
  if (last?.passed !== true) return true;
  return last.started_at < stretch.from - BEFORE_MS || now - last.started_at > AGAIN_MS;
}
