import { describe, expect, it } from "vitest";
import type { PlanningFacts, RotaPlan, RotaView } from "../../api/types";
import { daysOf, instantOf } from "../../rota/zoneTime";
import { problemOf, usualPeople, written } from "./facts";
import { RULES } from "./model";

const zone = "Europe/Berlin";
const at = (wall: string) => instantOf(wall, zone);
const who = (id: string) => ({ id, name: id, hospital_id: "h", hospital: "H", phone: null });
const nothing = { duty: 0, nights: 0, weekends: 0, holidays: 0, call_outs: 0, weight: 0 };
const days = daysOf({ year: 2026, month: 12 });
const plan: RotaPlan = {
  zone,
  land: null,
  layers: [{ level: "primary", kind: "on_call", people: ["a"], start: "2026-01-05T08:00:00", turn: { unit: "days", n: 1 }, windows: [] }],
  temporaries: [],
  overrides: [],
};
const duty = (person: string, level: "primary" | "secondary", from: string, until: string) =>
  ({ service_id: "s", level, kind: "on_call", person: who(person), from: at(from), until: at(until), is_override: false }) as const;
const view = {
  service: { zone },
  draft: null,
  holidays: [{ date: "2026-12-25", name: "1. Weihnachtstag" }],
  duties: [
    duty("a", "primary", "2026-11-30T08:00:00", "2026-12-01T08:00:00"),
    duty("a", "primary", "2026-12-01T08:00:00", "2026-12-02T08:00:00"),
    duty("b", "secondary", "2026-12-03T08:00:00", "2026-12-04T08:00:00"),
  ],
  absences: [{ person: who("b"), from: "2026-12-24T00:00:00", until: "2026-12-27T00:00:00" }],
  people: ["a", "b", "c", "d"].map((id) => ({ person: who(id), qualified: id !== "d", has_contract: true, contracts: [], burden: nothing, even: 0 })),
} as unknown as RotaView;
const person = (id: string, more: object = {}) => ({ person: id, wishes: [], busy: [], part: 1000, part_before: 500, before: nothing, ...more });
const facts = {
  people: [
    person("a", { busy: [{ from: at("2026-12-05T08:00:00"), until: at("2026-12-06T08:00:00") }] }),
    person("b", { wishes: [{ day: "2026-12-08", kind: "want" }], before: { ...nothing, duty: 3600, weight: 7200, weekends: 86_400 } }),
    person("c"),
    person("d", { wishes: [{ day: "2026-12-08", kind: "want" }] }),
  ],
} as unknown as PlanningFacts;
const known = { view, plan, facts, days };

describe("what a proposal is made of", () => {
  it("is whoever is in the rota, wishes for something or bore something, and is qualified", () => {
    expect(usualPeople(known)).toEqual(["a", "b"]);
  });

  it("keeps duties of other levels and of the month before, and takes the place of the rest", () => {
    const { shifts, people, holidays } = problemOf(known, { pattern: "daily", levels: ["primary"], people: ["a", "b"], rules: RULES });
    expect([shifts.length, people.map(({ id }) => id), [...holidays]]).toEqual([31, ["a", "b"], ["2026-12-25"]]);
    expect(people[0]).toMatchObject({
      fixed: [{ parts: [{ from: "2026-11-30T08:00:00", until: "2026-12-01T08:00:00" }] }],
      busy: [{ from: "2026-12-05T08:00:00", until: "2026-12-06T08:00:00" }],
      part: 1,
      partBefore: 0.5,
    });
    expect(people[1]).toMatchObject({ fixed: [{ level: "secondary" }], away: [{ from: "2026-12-24T00:00:00" }], before: { hours: 2, free: 1 }, already: { hours: 28, free: 0 } });
    // Eight hours of the duty that began in the month before, six of them by night.
    expect(people[0]?.already.hours).toBe(11);
    expect([...(people[1]?.wishes ?? [])]).toEqual([["2026-12-08", "want"]]);
  });

  it("leaves a week that began in the month before to whoever has it", () => {
    const running = { ...view, duties: [duty("a", "primary", "2026-11-30T08:00:00", "2026-12-07T20:00:00")] } as RotaView;
    const { shifts } = problemOf({ ...known, view: running }, { pattern: "daily", levels: ["primary", "secondary"], people: ["a"], rules: RULES });
    expect([shifts.length, shifts[0]?.parts]).toEqual([25 + 31, [{ from: "2026-12-07T20:00:00", until: "2026-12-08T08:00:00" }]]);
  });

  it("is written into the plan duty for duty, and what is open is not touched", () => {
    const problem = problemOf(known, { pattern: "daily", levels: ["primary"], people: ["a", "b"], rules: RULES });
    const { overrides } = written(plan, problem, problem.shifts.map((_, n) => (n === 1 ? undefined : n % 2)));
    expect(overrides).toHaveLength(30);
    expect(overrides?.slice(0, 2)).toEqual([
      { level: "primary", person: "a", from: "2026-12-01T08:00:00", until: "2026-12-02T08:00:00", swap: null },
      { level: "primary", person: "a", from: "2026-12-03T08:00:00", until: "2026-12-04T08:00:00", swap: null },
    ]);
  });
});
