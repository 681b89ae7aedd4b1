import { describe, expect, it } from "vitest";
import type { RotaLayer } from "../api/types";
import { cycleOf, faultsOf, isTaken, isTemporaryTaken, moved, newLayer, newWindow, stretchFault } from "./layers";

const layer = (more: Partial<RotaLayer> = {}): RotaLayer => ({ ...newLayer("2026-12-01"), people: ["a"], ...more });

describe("a rotation", () => {
  it("is taken as it begins, also without people, which is said", () => {
    expect(faultsOf(layer())).toEqual({ windows: [] });
    const empty = faultsOf(newLayer("2026-12-01"));
    expect([empty.people?.text, isTaken(empty)]).toEqual(["people", true]);
  });

  it("has turns as long as the broker takes them", () => {
    const turn = (turn: RotaLayer["turn"]) => faultsOf(layer({ turn })).turn;
    for (const [unit, most] of [["hours", 8736], ["days", 364], ["weeks", 52]] as const) {
      expect([turn({ unit, n: 1 }), turn({ unit, n: most })]).toEqual([undefined, undefined]);
      for (const n of [0, most + 1, 1.5, Number.NaN]) expect(turn({ unit, n })).toEqual({ text: "turn", values: { most } });
    }
    expect(turn({ unit: "cycle", n: cycleOf("96, 72") })).toBeUndefined();
    for (const text of ["", "96, x", "0", Array(63).fill("1").join(" ")]) expect(turn({ unit: "cycle", n: cycleOf(text) })?.text).toBe("cycle");
  });

  it("ends after it starts, and its windows begin on some day", () => {
    expect(faultsOf(layer({ end: "2026-12-01T08:00:00" })).end?.text).toBe("end");
    expect(faultsOf(layer({ end: "2026-12-01T09:00:00" })).end).toBeUndefined();
    expect(faultsOf(layer({ start: "" })).start?.text).toBe("start");
    const windows = [newWindow(), { ...newWindow(), days: [] }, { ...newWindow(), days: [], on_holidays: "also" as const }, { ...newWindow(), until: "" }];
    const faults = faultsOf(layer({ windows }));
    expect(faults.windows.map((each) => each?.text)).toEqual([undefined, "days", undefined, "time"]);
    expect(isTaken(faults)).toBe(false);
  });

  it("is moved among others, and stays where there is no such place", () => {
    expect([moved("abc".split(""), 0, 2), moved("abc".split(""), 2, 0), moved("abc".split(""), 0, -1), moved("abc".split(""), 2, 3)].map((each) => each.join(""))).toEqual(["bca", "cab", "abc", "abc"]);
  });
});

describe("a temporary schedule", () => {
  it("is at most 400 days, with duties of somebody that end after they begin", () => {
    const stretch = { from: "2026-12-01T08:00:00", until: "2026-12-08T08:00:00" };
    expect(stretchFault(stretch)).toBeUndefined();
    expect(stretchFault({ ...stretch, until: stretch.from })).toBe("until");
    expect(stretchFault({ ...stretch, until: "2028-12-08T08:00:00" })).toBe("long");
    const schedule = { level: "primary" as const, ...stretch, shifts: [{ person: "a", ...stretch }] };
    expect(isTemporaryTaken(schedule)).toBe(true);
    expect(isTemporaryTaken({ ...schedule, shifts: [{ ...stretch, person: "" }] })).toBe(false);
    expect(isTemporaryTaken({ ...schedule, shifts: [{ person: "a", from: stretch.until, until: stretch.from }] })).toBe(false);
  });
});
