/** What the coordinator's board says about a service and which consults come first. Pure; told the time. */

import type { AlarmKind, BoardService, Candidate, ConsultSummary, Rule, Urgency } from "../api/types";
import { askedSince } from "./lists";

/** `uncovered`: nobody has first duty now; `gap`: within {@link GAP_SOON_MS} nobody will have. */
export type Coverage = "uncovered" | "gap" | "covered";

/** A gap nearer than this is yellow. More paints the board yellow for days; less leaves no working day to fill it. */
export const GAP_SOON_MS = 24 * 3_600_000;

export function coverageOf(service: BoardService, now: number): Coverage {
  const isCovered = service.on_duty.some((duty) => duty.level === "primary" && duty.from <= now && duty.until > now);
  if (!isCovered) return "uncovered";
  const gap = service.gap_at ?? null;
  return gap !== null && gap - now < GAP_SOON_MS ? "gap" : "covered";
}

/** Alarms for which somebody must act this minute; the others are late work. */
const LOUD: ReadonlySet<AlarmKind> = new Set<AlarmKind>(["nobody_on_duty", "ladder_exhausted", "no_answer_yet", "queued"]);

export const isLoud = (alarm: AlarmKind): boolean => LOUD.has(alarm);

const WEIGHT: Record<Urgency, number> = { emergency: 0, urgent: 1, elective: 2 };

/** Alarms first (loud ones before the others), then by urgency, then the one that has waited longest. */
export function inOrder(consults: readonly ConsultSummary[]): ConsultSummary[] {
  const rank = (consult: ConsultSummary) => (consult.alarm ? (isLoud(consult.alarm) ? 0 : 1) : 2);
  return consults.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      WEIGHT[a.urgency] - WEIGHT[b.urgency] ||
      askedSince(a) - askedSince(b) ||
      a.id.localeCompare(b.id),
  );
}

/**
 * Alarms that sound: `{consult}:{kind}`, so that the same alarm rings until it was acknowledged here, a new one again.
 * What a coordinator has taken over is in somebody's hands and does not sound.
 */
export function loudAlarms(consults: readonly ConsultSummary[]): string[] {
  return consults.flatMap((consult) =>
    consult.alarm && isLoud(consult.alarm) && !consult.taken_over_by ? [`${consult.id}:${consult.alarm}`] : [],
  );
}

/** Rules that any candidate was held against, in the order of the first one that shows them all. */
export function rulesOf(candidates: readonly Candidate[]): Rule[] {
  const seen = new Set<Rule>();
  for (const candidate of candidates) for (const result of candidate.rules) seen.add(result.rule);
  return [...seen];
}

/** The first filter that ruled a person out. */
export function failedRule(candidate: Candidate): Rule | null {
  return candidate.rules.find((result) => !result.passed)?.rule ?? null;
}
