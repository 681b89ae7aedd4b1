/** What the wall says of each service, and which page of it is up. Pure; told the time. */

import type { BoardService, BoardSite, ConsultSummary, Duty, DutyLevel, DutySelfTest } from "../api/types";
import { isLoud } from "../state/board";
import { askedSince } from "../state/lists";

export type Light = "red" | "yellow" | "green";

/** Why a light is not green. */
export type Reason =
  | { kind: "nobody" }
  | { kind: "all_resting" }
  | { kind: "alarm"; alarm: NonNullable<ConsultSummary["alarm"]>; label: string }
  | { kind: "gap"; at: number }
  | { kind: "alone" }
  | { kind: "resting"; names: string[] }
  | { kind: "test_failed"; names: string[] }
  | { kind: "site" | "site_reserve"; names: string[] };

/** A gap nearer than this is yellow: there is a working day to fill it. */
export const GAP_SOON_MS = 24 * 3_600_000;
/** How long a page of services is up. More hides a red light longer; less cannot be read to the end. */
export const PAGE_MS = 12_000;
/** Without a word from the server for this long the wall is stale: two keep-alives of the stream have not come. */
export const STALE_MS = 40_000;

export interface Row {
  entry: BoardService;
  light: Light;
  /** The worst first; empty for green. */
  reasons: Reason[];
  now: Record<DutyLevel, Duty[]>;
  /** Those that follow, the next first. */
  next: Duty[];
  consults: number;
  /** Since when the one that nobody has accepted waits longest. */
  waitingSince: number | null;
  /** Of those on duty now: how many passed, of how many; null where nothing is known of self-tests. */
  tests: { passed: number; of: number; last: number | null } | null;
}

export interface Facts {
  services: readonly BoardService[];
  consults: readonly ConsultSummary[];
  /** Null: not known (yet). */
  tests: readonly DutySelfTest[] | null;
  now: number;
}

const RANK: Record<Light, number> = { red: 0, yellow: 1, green: 2 };

/** One row for each service, the worst first, then by name. */
export function rowsOf(facts: Facts): Row[] {
  const rows = facts.services.map((entry) => rowOf(entry, facts));
  return rows.sort((a, b) => RANK[a.light] - RANK[b.light] || a.entry.service.name.localeCompare(b.entry.service.name));
}

function rowOf(entry: BoardService, { consults, tests, now }: Facts): Row {
  const own = consults.filter((consult) => consult.service.id === entry.service.id && !consult.is_test);
  const on = entry.on_duty.filter((duty) => duty.from <= now && duty.until > now);
  const level = (wanted: DutyLevel) => on.filter((duty) => duty.level === wanted);
  const red = redOf(entry, on, own);
  const yellow = yellowOf(entry, on, own, tests, now);
  const waiting = own.filter((consult) => consult.state === "ringing" || consult.state === "unanswered").map(askedSince);
  return {
    entry,
    light: red.length > 0 ? "red" : yellow.length > 0 ? "yellow" : "green",
    reasons: [...red, ...yellow],
    now: { primary: level("primary"), secondary: level("secondary"), backup: level("backup") },
    next: entry.next.toSorted((a, b) => a.from - b.from),
    consults: own.length,
    waitingSince: waiting.length > 0 ? Math.min(...waiting) : null,
    tests: tests === null ? null : testsOf(on, tests),
  };
}

function redOf(entry: BoardService, on: readonly Duty[], consults: readonly ConsultSummary[]): Reason[] {
  const first = on.filter((duty) => duty.level === "primary");
  const resting = new Set(entry.resting ?? []);
  const reasons: Reason[] = [];
  if (first.length === 0) reasons.push({ kind: "nobody" });
  else if (on.every((duty) => resting.has(duty.person.id))) reasons.push({ kind: "all_resting" });
  for (const { alarm, label } of consults) if (alarm && isLoud(alarm)) reasons.push({ kind: "alarm", alarm, label });
  return reasons;
}

function yellowOf(
  entry: BoardService,
  on: readonly Duty[],
  consults: readonly ConsultSummary[],
  tests: readonly DutySelfTest[] | null,
  now: number,
): Reason[] {
  const reasons: Reason[] = [];
  const gap = entry.gap_at ?? null;
  if (gap !== null && gap > now && gap - now < GAP_SOON_MS) reasons.push({ kind: "gap", at: gap });
  const failed = on.filter(({ person }) => tests?.find((line) => line.person_id === person.id)?.test?.passed === false);
  if (failed.length > 0) reasons.push({ kind: "test_failed", names: unique(failed) });
  const resting = on.filter((duty) => (entry.resting ?? []).includes(duty.person.id));
  if (resting.length > 0 && resting.length < on.length) reasons.push({ kind: "resting", names: unique(resting) });
  if (new Set(on.map((duty) => duty.person.id)).size === 1) reasons.push({ kind: "alone" });
  for (const [light, kind] of [["red", "site"], ["yellow", "site_reserve"]] as const) {
    const names = (entry.sites ?? []).filter((site) => siteLight(site) === light).map((site) => site.name);
    // When nobody is there at all, that is the reason.
    if (on.length > 0 && names.length > 0) reasons.push({ kind, names });
  }
  for (const { alarm, label } of consults) if (alarm && !isLoud(alarm)) reasons.push({ kind: "alarm", alarm, label });
  return reasons;
}

/** A house is covered by whom on first duty works for it; second or backup duty alone is not enough. */
export function siteLight(site: BoardSite): Light {
  if (site.covered_by.includes("primary")) return "green";
  return site.covered_by.length > 0 ? "yellow" : "red";
}

/** As many as there is room for, the worst first, and how many more there are. */
export function sitesShown(sites: readonly BoardSite[], room: number): { sites: BoardSite[]; more: number } {
  const sorted = sites.toSorted((a, b) => RANK[siteLight(a)] - RANK[siteLight(b)]);
  if (sorted.length <= room) return { sites: sorted, more: 0 };
  return { sites: sorted.slice(0, room - 1), more: sorted.length - room + 1 };
}

/** `08:00` of today, `Mo 08:00` within a week; nothing for what is further: that is no plan but a rota without an end. */
export function shortTime(at: number, now: number, locale: string, zone: string): string | null {
  if (at - now > 7 * 86_400_000) return null;
  const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(at);
  const time = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = { year: "numeric", month: "numeric", day: "numeric", timeZone: zone } as const;
  const isToday = new Intl.DateTimeFormat("en", day).format(at) === new Intl.DateTimeFormat("en", day).format(now);
  return isToday ? time : `${part({ weekday: "short" }).replace(/\.$/, "")} ${time}`;
}

const unique = (duties: readonly Duty[]) => [...new Set(duties.map((duty) => duty.person.name))];

function testsOf(on: readonly Duty[], tests: readonly DutySelfTest[]): Row["tests"] {
  const people = [...new Set(on.map((duty) => duty.person.id))];
  const own = people.map((id) => tests.find((line) => line.person_id === id)?.test ?? null);
  const times = own.flatMap((test) => (test ? [test.started_at] : []));
  return {
    passed: own.filter((test) => test?.passed === true).length,
    of: people.length,
    last: times.length > 0 ? Math.max(...times) : null,
  };
}

/** Which rows are up now, where `fit` fit at once: pages take turns. */
export function pageOf<T>(rows: readonly T[], fit: number, now: number): { rows: T[]; page: number; pages: number } {
  const size = Math.max(1, fit);
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const page = Math.floor(now / PAGE_MS) % pages;
  return { rows: rows.slice(page * size, (page + 1) * size), page, pages };
}
