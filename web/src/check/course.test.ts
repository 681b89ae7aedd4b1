import { expect, test } from "vitest";
import type { Phase } from "../rtc/machine";
import { Course, type Look, type Turn } from "./course";

const look = (phase: Phase, more: Partial<Look> = {}): Look => ({
  phases: [phase, phase],
  isSpent: false,
  wasHidden: false,
  ...more,
});

/** One look a second, beginning at the first. */
function run(course: Course, looks: readonly Look[], from = 0): Turn | undefined {
  course.begin(from);
  return looks.map((seen, i) => course.look(seen, from + (i + 1) * 1_000)).at(-1);
}

const many = (count: number, seen: Look): Look[] => Array.from({ length: count }, () => seen);
const over = (state: "blocked" | "unavailable") => ({ type: "over", result: { state } });

test("media that come are measured for eight seconds", () => {
  const course = new Course();
  expect(run(course, [look("ticket"), look("media"), look("live")])).toEqual({ type: "measure", done: 0 });
  expect(course.look(look("live"), 7_000)).toEqual({ type: "measure", done: 0.5 });
  expect(course.look(look("live"), 11_000)).toEqual({ type: "measure", done: 1 });
});

test("a network that lets no media through is blocked, whether the time or the connection runs out first", () => {
  expect(run(new Course(), many(16, look("media")))).toEqual(over("blocked"));
  const spent = look("ended", { isSpent: true });
  expect(run(new Course(), [look("socket"), ...many(12, look("media")), spent])).toEqual(over("blocked"));
});

test("one end that comes up does not hide that the other does not", () => {
  const half: Look = { phases: ["live", "media"], isSpent: false, wasHidden: false };
  expect(run(new Course(), many(16, half))).toEqual(over("blocked"));
});

test("a server that is not reached, or does not let anybody in, is not a blocked path", () => {
  expect(run(new Course(), many(16, look("ticket")))).toEqual(over("unavailable"));
  expect(run(new Course(), [look("socket"), look("ended")])).toEqual(over("unavailable"));
});

test("a connection that broke off is tried anew, with new tickets, once", () => {
  const spent = look("ticket", { isSpent: true });
  const course = new Course();
  expect(run(course, [look("media"), spent])).toEqual({ type: "anew" });
  expect(run(course, [look("media"), spent], 10_000)).toEqual(over("unavailable"));
  const lost = new Course();
  expect(run(lost, [look("live"), look("live"), spent])).toEqual({ type: "anew" });
  expect(run(lost, [look("live")], 10_000)).toEqual({ type: "measure", done: 0 });
});

test("nothing is judged while the page is out of sight: the check begins anew", () => {
  const course = new Course();
  const hidden = look("media", { wasHidden: true });
  expect(run(course, [...many(12, look("media")), hidden])).toEqual({ type: "anew" });
  // What stood still was the page: it counts neither as a try nor against the network.
  expect(run(course, [look("media"), look("ticket", { isSpent: true })], 60_000)).toEqual({ type: "anew" });
});

test("a page that slept does not count its sleep as waiting", () => {
  const course = new Course();
  course.begin(0);
  expect(course.look(look("media"), 30_000)).toEqual(over("unavailable"));
});
