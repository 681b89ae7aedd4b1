import { expect, test } from "vitest";
import type { BoardService, Duty } from "../api/types";
import { coverageOf, GAP_SOON_MS, inOrder, loudAlarms } from "./board";
import { person, summary } from "./samples";

const duty = (level: Duty["level"], from: number, until: number): Duty => ({
  service_id: "s",
  level,
  person: person("p"),
  from,
  until,
  is_override: false,
});
const service = (on_duty: Duty[], gap_at: number | null = null): BoardService => ({
  service: summary("x").service,
  on_duty,
  next: [],
  gap_at,
  open: 0,
});

test("only a first duty covers a service", () => {
  expect(coverageOf(service([duty("primary", 0, 10)]), 5)).toBe("covered");
  expect(coverageOf(service([duty("secondary", 0, 10)]), 5)).toBe("uncovered");
  expect(coverageOf(service([duty("primary", 0, 10)]), 10)).toBe("uncovered");
});

test("a gap of tomorrow warns, one of next week does not yet", () => {
  const covered = [duty("primary", 0, 10 * GAP_SOON_MS)];
  expect(coverageOf(service(covered, GAP_SOON_MS), 1)).toBe("gap");
  expect(coverageOf(service(covered, 5 * GAP_SOON_MS), 1)).toBe("covered");
});

test("alarms stand above everything, late work below them, then urgency and waiting time", () => {
  const order = inOrder([
    summary("elective", { urgency: "elective", created_at: 0 }),
    summary("late", { urgency: "elective", alarm: "not_acknowledged", created_at: 9 }),
    summary("new", { created_at: 5 }),
    summary("old", { created_at: 1 }),
    summary("alarm", { urgency: "elective", alarm: "nobody_on_duty", created_at: 9 }),
  ]).map((consult) => consult.id);
  expect(order).toEqual(["alarm", "late", "old", "new", "elective"]);
});

test("an alarm of another kind on the same consult is a new alarm", () => {
  expect(loudAlarms([summary("c", { alarm: "nobody_on_duty" })])).not.toEqual(
    loudAlarms([summary("c", { alarm: "ladder_exhausted" })]),
  );
  expect(loudAlarms([summary("c", { alarm: "answer_late" })])).toEqual([]);
});
