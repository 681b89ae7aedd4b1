import { describe, expect, it } from "vitest";
import type { Duty } from "../api/types";
import { barsOf as bars, barsOn, dutyDay, foreseen, lanesOf, meantBy, onTheWall, rowsOf } from "./grid";
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

  it("keep their true ends where the month cuts them, so that an edit writes those", () => {
    const over = [duty("anna", "2026-09-28T08:00:00", "2026-10-01T08:00:00"), duty("anna", "2026-10-31T08:00:00", "2026-11-01T08:00:00")];
    const bars = barsOf(over, OCTOBER, ZONE).get("anna")!;
    expect(bars.map(({ begin, end, from, until, runsIn, runsOut }) => [begin, end, from.slice(5), until.slice(5), runsIn, runsOut])).toEqual([
      [0, 8 / 24, "09-28T08:00:00", "10-01T08:00:00", true, false],
      [30 + 8 / 24, 31, "10-31T08:00:00", "11-01T08:00:00", false, true],
    ]);
  });

  it("of the first day are meant before the one that runs into the month", () => {
    const first = [duty("anna", "2026-09-28T08:00:00", "2026-10-02T08:00:00"), duty("anna", "2026-10-01T08:00:00", "2026-10-02T08:00:00", { level: "secondary" })];
    expect(meantBy(barsOf(first, OCTOBER, ZONE).get("anna")!, 0)!.level).toBe("secondary");
  });

  it("have a row also when their person cannot be put on duty any more", () => {
    const gone = duty("gone", "2026-10-01T08:00:00", "2026-10-02T08:00:00");
    const here = duty("anna", "2026-10-02T08:00:00", "2026-10-03T08:00:00");
    const burden = { duty: 0, nights: 0, weekends: 0, holidays: 0, call_outs: 0, weight: 0 };
    const people = [{ person: here.person, qualified: true, has_contract: true, contracts: [], burden, even: 0 }];
    expect(rowsOf({ people, duties: [gone, here], draft: null }).map(({ person, plannable }) => [person.id, Boolean(plannable)])).toEqual([
      ["anna", true],
      ["gone", false],
    ]);
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

  it("keep those of a temporary schedule, and drop what was taken back", () => {
    const shift = { person: "anna", from: "2026-10-05T08:00:00", until: "2026-10-06T08:00:00" };
    const temporary = { level: "primary" as const, from: shift.from, until: "2026-10-12T08:00:00", shifts: [shift] };
    const plan = { zone: ZONE, land: null, layers: [], temporaries: [temporary], overrides: [] };
    const shown = onTheWall([duty("anna", shift.from, shift.until, { is_override: true }), duty("ben", "2026-10-08T08:00:00", "2026-10-09T08:00:00", { is_override: true })], ZONE);
    expect(foreseen(shown, plan).map(({ person }) => person)).toEqual(["anna"]);
  });
});
