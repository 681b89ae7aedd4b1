import { describe, expect, it } from "vitest";
import type { Duty } from "../api/types";
import { barsOf as bars, barsOn, dutyDay, foreseen, lanesOf, meantBy, onTheWall } from "./grid";
import { daysOf, instantOf } from "./zoneTime";

const ZONE = "Europe/Berlin";
const barsOf = (duties: Duty[], days: string[], zone: string) => bars(onTheWall(duties, zone), days);
const OCTOBER = daysOf({ year: 2026, month: 10 });

function duty(person: string, from: string, until: string, more: Partial<Duty> = {}): Duty {
  const who = { id: person, name: person, hospital_id: "h", hospital: "H", phone: null };
  return { service_id: "s", level: "primary", kind: "on_call", person: who, from: instantOf(from, ZONE), until: instantOf(until, ZONE), is_override: false, ...more };
}

describe("bars", () => {
  it("stand by the clock on the wall, on the day of the change too", () => {
    const bars = barsOf([duty("anna", "2026-10-24T08:00:00", "2026-10-26T08:00:00")], OCTOBER, ZONE).get("anna")!;
    expect(bars.map(({ begin, end }) => [begin, end])).toEqual([[23 + 8 / 24, 25 + 8 / 24]]);
    expect([24, 26].map((day) => barsOn(bars, day).length)).toEqual([1, 0]);
  });

  it("are cut at the ends of the month, and left out beyond", () => {
    const before = duty("anna", "2026-09-28T08:00:00", "2026-10-02T08:00:00");
    const bars = barsOf([before, duty("anna", "2026-11-02T08:00:00", "2026-11-03T08:00:00")], OCTOBER, ZONE).get("anna")!;
    expect(bars.map(({ begin, from }) => [begin, from])).toEqual([[0, "2026-09-28T08:00:00"]]);
  });

  it("lie in rows of their own where they overlap", () => {
    const list = [
      duty("anna", "2026-10-01T08:00:00", "2026-10-08T08:00:00"),
      duty("anna", "2026-10-02T08:00:00", "2026-10-03T08:00:00", { level: "secondary" }),
      duty("anna", "2026-10-08T08:00:00", "2026-10-09T08:00:00"),
    ];
    const bars = barsOf(list, OCTOBER, ZONE).get("anna")!;
    const { rows, rowOf } = lanesOf(bars);
    expect([rows, ...bars.map((bar) => rowOf.get(bar))]).toEqual([2, 0, 1, 0]);
    expect(meantBy(bars, 1)!.level).toBe("secondary");
    expect(meantBy(bars, 2)!.level).toBe("primary");
    expect(meantBy(bars, 20)).toBeUndefined();
  });

  it("a duty goes from hand-over to hand-over", () => {
    expect(dutyDay("2026-10-31", "08:00:00")).toEqual({ from: "2026-10-31T08:00:00", until: "2026-11-01T08:00:00" });
  });

  it("show what was written before the server has answered, over the rotation", () => {
    const week = onTheWall([duty("anna", "2026-10-05T08:00:00", "2026-10-12T08:00:00"), duty("dora", "2026-10-05T08:00:00", "2026-10-12T08:00:00", { level: "secondary" })], ZONE);
    const override = { level: "primary" as const, person: "ben", from: "2026-10-07T08:00:00", until: "2026-10-08T08:00:00", swap: null };
    const plan = { zone: ZONE, land: null, layers: [], temporaries: [], overrides: [override] };
    expect(foreseen(week, plan).map(({ person, from, until }) => `${person} ${from.slice(8, 10)} ${until.slice(8, 10)}`)).toEqual([
      "anna 05 07",
      "anna 08 12",
      "dora 05 12",
      "ben 07 08",
    ]);
  });
});
