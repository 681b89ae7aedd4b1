import { describe, expect, it } from "vitest";
import { addDays, addMinutes, daysBetween, daysOf, instantOf, monthOf, shiftMonth, wallOf, weekdayOf } from "./zoneTime";

const BERLIN = "Europe/Berlin";
const utc = (text: string) => Date.parse(text);

describe("wall time in a zone", () => {
  it("is what the clock there shows, whatever zone the browser is in", () => {
    expect(wallOf(utc("2026-07-01T06:00:00Z"), BERLIN)).toBe("2026-07-01T08:00:00");
    expect(wallOf(utc("2026-12-31T23:30:00Z"), BERLIN)).toBe("2027-01-01T00:30:00");
    expect(wallOf(utc("2026-07-01T06:00:00Z"), "Asia/Kathmandu")).toBe("2026-07-01T11:45:00");
  });

  it("leads back to the moment, the first one of an hour that comes twice", () => {
    for (const wall of ["2026-01-05T08:00:00", "2026-07-05T08:00:00", "2026-03-29T03:00:00", "2026-10-25T03:00:00"])
      expect(wallOf(instantOf(wall, BERLIN), BERLIN)).toBe(wall);
    expect(instantOf("2026-10-25T02:30:00", BERLIN)).toBe(utc("2026-10-25T00:30:00Z"));
    // Skipped: after the change.
    expect(instantOf("2026-03-29T02:30:00", BERLIN)).toBe(utc("2026-03-29T01:30:00Z"));
    for (const zone of ["America/New_York", "Australia/Lord_Howe", "UTC"])
      expect(wallOf(instantOf("2026-06-15T12:00:00", zone), zone)).toBe("2026-06-15T12:00:00");
  });

  it("counts days by the wall, also over a change", () => {
    expect(addMinutes("2026-10-24T08:00:00", 24 * 60)).toBe("2026-10-25T08:00:00");
    expect(daysBetween("2026-10-24T08:00:00", "2026-10-25T20:00:00")).toBe(1.5);
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(weekdayOf("2026-11-27")).toBe(5);
  });
});

describe("a month", () => {
  it("has its days, and neighbours over the year's end", () => {
    expect(daysOf({ year: 2028, month: 2 })).toHaveLength(29);
    expect(daysOf({ year: 2026, month: 10 }).at(-1)).toBe("2026-10-31");
    expect(shiftMonth({ year: 2026, month: 12 }, 1)).toEqual({ year: 2027, month: 1 });
    expect(shiftMonth({ year: 2026, month: 1 }, -1)).toEqual({ year: 2025, month: 12 });
    expect(monthOf("2026-11-27T12:00:00")).toEqual({ year: 2026, month: 11 });
  });
});
