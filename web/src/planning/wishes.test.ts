import { describe, expect, it } from "vitest";
import { daysOf, weekdayOf } from "../rota/zoneTime";
import { daysFrom, left, listOf, put, weeksOf, wishesOf } from "./wishes";

const limits = { want: 2, rather_not: 1, impossible: 3 };
const none = wishesOf([]);

describe("wishes", () => {
  it("are put down for a day, changed, and taken back by the same again", () => {
    const one = put(none, limits, ["2026-12-24"], "impossible")!;
    expect(listOf(one)).toEqual([{ day: "2026-12-24", kind: "impossible" }]);
    expect(listOf(put(one, limits, ["2026-12-24"], "want")!)).toEqual([{ day: "2026-12-24", kind: "want" }]);
    expect(listOf(put(one, limits, ["2026-12-24"], "impossible")!)).toEqual([]);
    expect(listOf(put(one, limits, ["2026-12-24"], undefined)!)).toEqual([]);
  });

  it("of a stretch are all put down, or none where that is more than the limit", () => {
    const days = daysFrom("2026-12-26", "2026-12-24");
    const three = put(none, limits, days, "impossible")!;
    expect([listOf(three).map(({ day }) => day), left(three, limits, "impossible")]).toEqual([days, 0]);
    expect(put(three, limits, ["2026-12-27"], "impossible")).toBeUndefined();
    expect(put(none, limits, days, "want")).toBeUndefined();
    // A stretch that has the kind already stays: it is no single day that is taken back.
    expect(put(three, limits, days, "impossible")?.size).toBe(3);
  });

  it("stand in weeks from Monday to Sunday", () => {
    const weeks = weeksOf(daysOf({ year: 2026, month: 12 }), weekdayOf);
    expect([weeks.length, weeks[0]?.slice(0, 2), weeks[4]?.slice(3)]).toEqual([5, [undefined, "2026-12-01"], ["2026-12-31", undefined, undefined, undefined]]);
    expect(weeks.every((week) => week.length === 7)).toBe(true);
  });
});
