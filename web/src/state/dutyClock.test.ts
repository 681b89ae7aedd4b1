import { expect, test } from "vitest";
import type { Duty } from "../api/types";
import { isTestDue, onDuty } from "./dutyClock";

const HOUR = 3_600_000;
const duty = (from: number, until: number, service = "s1"): Duty =>
  ({ service_id: service, level: "primary", kind: "on_call", person: { id: "me" }, from: from * HOUR, until: until * HOUR, is_override: false }) as Duty;

test("a duty that goes on as another lasts until the last of them ends", () => {
  const duties = [duty(20, 32), duty(8, 20), duty(10, 12, "s2"), duty(60, 72)];
  const { now, next } = onDuty(duties, 9 * HOUR);
  expect([now?.from, now?.until, now?.duties.length]).toEqual([8 * HOUR, 32 * HOUR, 3]);
  expect(next?.from).toBe(60 * HOUR);
});

test("between two duties there is none, and the last minute still counts", () => {
  const duties = [duty(8, 20), duty(32, 44)];
  expect(onDuty(duties, 20 * HOUR - 1).now?.until).toBe(20 * HOUR);
  expect(onDuty(duties, 20 * HOUR)).toMatchObject({ now: null, next: { from: 32 * HOUR } });
});

test("a test is due before and in a duty, until one has passed", () => {
  const duties = [duty(24, 36)];
  expect(isTestDue(duties, null, 11 * HOUR)).toBe(false);
  expect(isTestDue(duties, null, 13 * HOUR)).toBe(true);
  expect(isTestDue(duties, { started_at: 13 * HOUR, passed: false }, 25 * HOUR)).toBe(true);
  expect(isTestDue(duties, { started_at: 13 * HOUR, passed: true }, 25 * HOUR)).toBe(false);
  expect(isTestDue(duties, { started_at: 2 * HOUR, passed: true }, 25 * HOUR)).toBe(true);
});

test("in duties without an end it is due every day", () => {
  const duties = [duty(0, 240)];
  expect(isTestDue(duties, { started_at: HOUR, passed: true }, 20 * HOUR)).toBe(false);
  expect(isTestDue(duties, { started_at: HOUR, passed: true }, 26 * HOUR)).toBe(true);
});
