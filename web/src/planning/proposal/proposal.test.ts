import loadHighs, { type Highs } from "highs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { cost, total } from "./cost";
import { daily, dice, everyAssignment, FIRST, month, person } from "./fixture";
import { broken, dutyOf, hinders, prepare, RULES, type Instance, type Problem } from "./model";
import { assignmentOf, programOf } from "./program";
import { solve } from "./solve";

let highs: Highs;
// A program is solved within one or two seconds on a machine that does nothing else.
vi.setConfig({ testTimeout: 60_000 });
beforeAll(async () => {
  highs = await loadHighs();
});

function best(problem: Problem, gap = 0, seconds = 20) {
  const instance = prepare(problem);
  const program = programOf(instance);
  const found = solve(highs, program, seconds, undefined, gap);
  if (!found) throw new Error("nothing was found");
  return { instance, found, assignment: assignmentOf(program, found.values, problem.shifts.length) };
}

const names = ({ people }: Instance, assignment: readonly (number | undefined)[]) => assignment.map((who) => (who === undefined ? "-" : (people[who]?.id ?? "?")));

describe("a proposal", () => {
  it("costs what the best of all possible ones costs, in 200 small months", () => {
    const roll = dice(1);
    for (let seed = 0; seed < 200; seed++) {
      const [days, levels] = roll(2) === 0 ? [2 + roll(5), 1] : [1 + roll(3), 2];
      const shifts = daily(days, levels, roll(3) === 0 ? "on_site" : "on_call");
      const problem = { ...month(seed, 1 + roll(3), shifts), rules: { ...RULES, inARow: 1 + roll(2), spacing: roll(4) } };
      const { instance, found, assignment } = best(problem);
      let least = Infinity;
      for (const every of everyAssignment(instance, (each) => broken(instance, each).length === 0)) least = Math.min(least, total(cost(instance, every)));
      expect(broken(instance, assignment), `${seed}`).toEqual([]);
      expect(total(cost(instance, assignment)), `${seed}`).toBeCloseTo(least, 4);
      expect(found.points, `${seed}: the program and the prices are one`).toBeCloseTo(least, 4);
    }
  });

  it("keeps every hard rule in larger months, and nobody alone could do a duty better", () => {
    for (let seed = 0; seed < 2; seed++) {
      const { instance, found, assignment } = best(month(seed, 9, daily(14, 2)), 5);
      expect(broken(instance, assignment)).toEqual([]);
      expect(total(cost(instance, assignment))).toBeCloseTo(found.points, 3);
      const now = total(cost(instance, assignment));
      assignment.forEach((who, shift) =>
        instance.people.forEach((_, other) => {
          if (other === who || hinders(instance, assignment, other, shift)) return;
          const changed = assignment.map((each, n) => (n === shift ? other : each));
          expect(total(cost(instance, changed))).toBeGreaterThanOrEqual(now - found.gap - 1e-6);
        }),
      );
    }
  });

  it("gives everybody as much over its own months, half a post half as much", () => {
    const before = new Map(["a", "b", "c", "half"].map((id) => [id, { hours: 0, free: 0 }]));
    for (let n = 0; n < 4; n++) {
      const people = [...before].map(([id, borne]) => person(id, { part: id === "half" ? 0.5 : 1, partBefore: id === "half" ? 0.5 : 1, before: borne }));
      const { instance, assignment } = best({ ...month(0, 0, daily(14, 1)), people });
      for (const { index, burden } of instance.duties) {
        const id = people[assignment[index] ?? -1]?.id ?? "";
        const old = before.get(id) ?? { hours: 0, free: 0 };
        before.set(id, { hours: old.hours + burden.hours, free: old.free + burden.free });
      }
    }
    const [a, b, c, half] = [...before.values()].map(({ hours }) => hours);
    for (const each of [b, c, 2 * (half ?? 0)]) expect(Math.abs((each ?? 0) - (a ?? 0))).toBeLessThanOrEqual(40);
  });

  it("owes a newcomer nothing of the months before they came", () => {
    const veteran = { hours: 300, free: 6 };
    const people = [person("a", { before: veteran }), person("b", { before: veteran }), person("new", { partBefore: 0 })];
    const { instance, assignment } = best({ ...month(0, 0, daily(12, 1)), people });
    const given = names(instance, assignment).filter((id) => id === "new").length;
    expect(given).toBe(4);
  });

  it("grants what is wished, and what is impossible is no price but a rule", () => {
    const wishes = { a: [["2026-12-03", "want"]], b: [["2026-12-03", "rather_not"], ["2026-12-01", "impossible"]], c: [] } as const;
    const people = Object.entries(wishes).map(([id, days]) => person(id, { wishes: new Map(days) }));
    const { instance, assignment } = best({ ...month(0, 0, daily(3, 1)), people });
    expect(names(instance, assignment)).toEqual(["c", "b", "a"]);
    const nobody = people.map((each) => ({ ...each, wishes: new Map([["2026-12-02", "impossible"] as const]) }));
    expect(best({ ...month(0, 0, daily(3, 1)), people: nobody }).assignment[1]).toBeUndefined();
  });

  it("leaves a duty open rather than break a rule, the weaker level first", () => {
    const { instance, assignment } = best({ ...month(0, 0, daily(1, 2)), people: [person("only")] });
    expect(names(instance, assignment)).toEqual(["only", "-"]);
    const none = best({ ...month(0, 0, daily(2, 1)), people: [person("x", { isQualified: false })] });
    expect(none.assignment).toEqual([undefined, undefined]);
  });

  it("keeps a weekend in one hand", () => {
    // The first of December 2026 is a Tuesday: the 5th and 6th are the weekend.
    const people = ["a", "b", "c"].map((id) => person(id));
    const { instance, assignment } = best({ ...month(0, 0, daily(7, 1)), people });
    const given = names(instance, assignment);
    expect(given[4]).toBe(given[5]);
  });
});

describe("a rule", () => {
  it("wants eleven hours between two duties in the house, and none on call", () => {
    const [from, until] = [`${FIRST}T08:00:00`, `${FIRST}T20:00:00`];
    const night = { from: "2026-12-02T06:00:00", until: "2026-12-02T18:00:00" };
    const of = (kind: "on_site" | "on_call") => [{ level: "primary" as const, kind, parts: [{ from, until }] }, { level: "primary" as const, kind, parts: [night] }];
    const rules = { ...RULES, inARow: 9 };
    const clashes = (kind: "on_site" | "on_call") => prepare({ ...month(0, 1, of(kind)), rules }).clash[0]?.size;
    expect([clashes("on_site"), clashes("on_call")]).toEqual([1, 0]);
    const later = of("on_site").map((shift, n) => (n === 0 ? shift : { ...shift, parts: [{ ...night, from: "2026-12-02T07:00:00" }] }));
    expect(prepare({ ...month(0, 1, later), rules }).clash[0]?.size).toBe(0);
  });

  it("counts what was before the month", () => {
    const week = (day: string, until: string) => ({ level: "primary" as const, kind: "on_call" as const, parts: [{ from: `${day}T08:00:00`, until: `${until}T08:00:00` }] });
    const fixed = [week("2026-11-29", "2026-11-30"), week("2026-11-30", "2026-12-01")];
    const instance = prepare({ ...month(0, 0, daily(2, 1)), people: [person("a", { fixed })] });
    expect(hinders(instance, [undefined, undefined], 0, 0)).toBe("in_a_row");
    expect(hinders(instance, [undefined, undefined], 0, 1)).toBeUndefined();
  });

  it("counts a duty for the day it begins on, and not for the next morning", () => {
    const of = (from: string, until: string) => dutyOf({ level: "primary", kind: "on_call", parts: [{ from, until }] }, 0, new Set());
    expect(of("2026-12-04T08:00:00", "2026-12-05T08:00:00").days).toEqual(["2026-12-04"]);
    expect(of("2026-12-04T17:00:00", "2026-12-05T08:00:00").burden).toEqual({ hours: 15 + 4 + 4, free: 0 });
    expect(of("2026-12-04T17:00:00", "2026-12-07T08:00:00").days).toEqual(["2026-12-04", "2026-12-05", "2026-12-06"]);
  });
});
