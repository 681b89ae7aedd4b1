import { expect, test } from "vitest";
import { clockRows, etaIn, instantProblem } from "./clock";

const MIN = 60_000;
const at = (minutes: number) => minutes * MIN;
const row = (rows: ReturnType<typeof clockRows>, name: string) => rows.find((found) => found.name === name);

test("before the decision the clocks since last seen well and the door run", () => {
  const rows = clockRows({ last_seen_well: at(0), door: at(50), imaging: at(70) }, at(90));
  expect(row(rows, "last_seen_well")?.span).toEqual({ kind: "runs", ms: at(90) });
  expect(row(rows, "door")?.span).toEqual({ kind: "runs", ms: at(40) });
  expect(row(rows, "imaging")?.span).toEqual({ kind: "after_door", ms: at(20) });
  expect(row(rows, "decision")).toMatchObject({ at: null, span: null });
});

test("the decision stops the running clocks", () => {
  const rows = clockRows({ last_seen_well: at(0), door: at(50), decision: at(95) }, at(500));
  expect(row(rows, "last_seen_well")?.span).toEqual({ kind: "stopped", ms: at(95) });
  expect(row(rows, "door")?.span).toEqual({ kind: "stopped", ms: at(45) });
  expect(row(rows, "decision")?.span).toEqual({ kind: "after_door", ms: at(45) });
});

test("an image taken before the door counts nothing", () => {
  expect(row(clockRows({ door: at(50), imaging: at(40) }, at(60)), "imaging")?.span).toBeNull();
  expect(row(clockRows({ imaging: at(40) }, at(60)), "imaging")?.span).toBeNull();
});

test("nothing known, nothing counted", () => {
  for (const found of clockRows({}, at(1))) expect(found).toMatchObject({ at: null, span: null });
});

test("an instant may be five minutes ahead, an arrival any time, and nothing a week old", () => {
  expect(instantProblem("door", at(105), at(100))).toBeNull();
  expect(instantProblem("door", at(106), at(100))).toBe("future");
  expect(instantProblem("eta", at(160), at(100))).toBeNull();
  expect(instantProblem("door", null, at(100))).toBe("empty");
  expect(instantProblem("last_seen_well", at(0), at(7 * 24 * 60 + 1))).toBe("old");
});

test("an arrival is a whole minute", () => {
  expect(etaIn(10, at(100) + 20_000)).toBe(at(110));
  expect(etaIn(10, at(100) + 40_000)).toBe(at(111));
});
