import { describe, expect, it } from "vitest";
import type { RotaLayer, RotaPlan } from "../../api/types";
import { daysOf } from "../../rota/zoneTime";
import { shiftsOf, turnsOf } from "./pattern";

const month = { days: daysOf({ year: 2026, month: 12 }), holidays: new Set(["2026-12-25", "2026-12-26"]), handOver: "08:00:00" };
const layer = (more: Partial<RotaLayer>): RotaLayer => ({ level: "primary", kind: "on_call", people: ["a", "b"], start: "2026-01-05T08:00:00", turn: { unit: "weeks", n: 1 }, windows: [], ...more });
const plan = (...layers: RotaLayer[]): RotaPlan => ({ zone: "Europe/Berlin", land: "BW", layers, temporaries: [], overrides: [] });
const shown = (shifts: readonly { parts: readonly { from: string; until: string }[] }[]) =>
  shifts.map(({ parts }) => parts.map(({ from, until }) => `${from.slice(5, 13)} ${until.slice(5, 13)}`).join(", "));

describe("a pattern", () => {
  it("of days, weeks, or nights and free days", () => {
    const of = (pattern: "daily" | "weekly" | "nights") => shown(shiftsOf(pattern, "primary", plan(), month));
    expect(of("daily")).toHaveLength(31);
    expect(of("weekly")).toEqual(["12-07T08 12-14T08", "12-14T08 12-21T08", "12-21T08 12-28T08", "12-28T08 01-04T08"]);
    const nights = of("nights");
    expect(nights.slice(2, 6)).toEqual(["12-03T17 12-04T08", "12-04T17 12-05T08", "12-05T08 12-06T08", "12-06T08 12-07T08"]);
    expect(nights.slice(23, 26)).toEqual(["12-24T17 12-25T08", "12-25T08 12-26T08", "12-26T08 12-27T08"]);
  });

  it("of the layers: their turns, cut by later layers", () => {
    expect(shown(shiftsOf("layers", "primary", plan(layer({})), month))).toEqual(["12-07T08 12-14T08", "12-14T08 12-21T08", "12-21T08 12-28T08", "12-28T08 01-04T08"]);
    const weekend = layer({ start: "2026-01-10T08:00:00", windows: [{ days: [6, 7], from: "08:00:00", until: "08:00:00", on_holidays: "as_weekday", weeks: null }] });
    const both = shown(shiftsOf("layers", "primary", plan(layer({}), weekend), month));
    expect(both.slice(0, 3)).toEqual(["12-05T08 12-07T08", "12-07T08 12-12T08", "12-12T08 12-14T08"]);
    expect(shiftsOf("layers", "secondary", plan(layer({})), month)).toEqual([]);
  });

  it("keeps the nights of a week together, without the holidays where the window says so", () => {
    const nights = layer({ windows: [{ days: [1, 2, 3, 4, 5], from: "17:00:00", until: "08:00:00", on_holidays: "not", weeks: null }] });
    const weeks = shown(shiftsOf("layers", "primary", plan(nights), month));
    expect(weeks[0]).toBe("12-07T17 12-08T08, 12-08T17 12-09T08, 12-09T17 12-10T08, 12-10T17 12-11T08, 12-11T17 12-12T08");
    expect(weeks[2]).toBe("12-21T17 12-22T08, 12-22T17 12-23T08, 12-23T17 12-24T08, 12-24T17 12-25T08");
    const biweekly = layer({ windows: [{ days: [1], from: "17:00:00", until: "08:00:00", on_holidays: "as_weekday", weeks: { every: 2, from: "2026-12-07" } }] });
    expect(shown(shiftsOf("layers", "primary", plan(biweekly), month))).toEqual(["12-07T17 12-08T08", "12-21T17 12-22T08"]);
  });

  it("of a cycle, and of one that ends", () => {
    const cycle = layer({ turn: { unit: "cycle", n: [96, 72] }, end: "2026-12-10T08:00:00" });
    expect(turnsOf(cycle, "2026-12-01T00:00:00", "2027-01-01T00:00:00").map(({ from, until }) => `${from} ${until}`)).toEqual([
      "2026-11-30T08:00:00 2026-12-04T08:00:00",
      "2026-12-04T08:00:00 2026-12-07T08:00:00",
      "2026-12-07T08:00:00 2026-12-10T08:00:00",
    ]);
  });
});
