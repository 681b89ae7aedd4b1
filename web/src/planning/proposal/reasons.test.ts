import { describe, expect, it } from "vitest";
import { cost, total } from "./cost";
import { daily, FIRST, month, person } from "./fixture";
import { prepare, type Candidate } from "./model";
import { balances, reasons } from "./reasons";

const of = (people: readonly Candidate[], days: number, levels = 1) => prepare({ ...month(0, 0, daily(days, levels)), people });

describe("reasons", () => {
  it("say of a gap who could not, and why", () => {
    const away = [{ from: `${FIRST}T00:00:00`, until: "2026-12-02T00:00:00" }];
    const wishes = new Map([[FIRST, "impossible" as const]]);
    const people = [person("a", { away }), person("b", { away }), person("c", { wishes }), person("d", { isQualified: false })];
    const [reason] = reasons(of(people, 1), [undefined]);
    expect(reason).toMatchObject({ why: "open", person: undefined, next: undefined });
    expect(reason?.barriers).toEqual([
      { why: "away", people: ["a", "b"] },
      { why: "impossible", people: ["c"] },
      { why: "unqualified", people: ["d"] },
    ]);
  });

  it("name the price that speaks against the next one", () => {
    const wishes = new Map([[FIRST, "want" as const]]);
    const [wished] = reasons(of([person("a", { wishes }), person("b")], 1), [0]);
    expect(wished).toMatchObject({ why: "wish", next: "b", wish: "want" });
    const [even] = reasons(of([person("a"), person("b", { before: { hours: 200, free: 0 } })], 1), [0]);
    expect(even).toMatchObject({ why: "even", next: "b" });
    const [alike] = reasons(of([person("a"), person("b")], 1), [0]);
    expect(alike).toMatchObject({ why: "alike", next: "b" });
    const [only] = reasons(of([person("a"), person("b", { isQualified: false })], 1), [0]);
    expect(only).toMatchObject({ why: "only", next: undefined });
  });

  it("tell of a weekend that stays in one hand, and of the fewest weekends", () => {
    // Saturday the 5th and Sunday the 6th are the shifts 4 and 5.
    const people = [person("a"), person("b", { before: { hours: 0, free: 1 } }), person("c", { before: { hours: 0, free: 1 } })];
    const given = reasons(of(people, 6), [1, 2, 1, 2, 0, 0]);
    expect(given[5]).toMatchObject({ person: "a", why: "split" });
    expect(given[4]?.fewestFree).toBe(0);
    expect(given[0]?.fewestFree).toBeUndefined();
  });

  it("take everybody who is on the other duty, or was on duty too long, for somebody who could not", () => {
    const instance = of([person("a"), person("b")], 4, 2);
    const [first, second] = [[0, 0, 1, 1], [1, 1, 0, 0]];
    const given = reasons(instance, [...first, ...second]);
    expect(given[0]).toMatchObject({ why: "only", barriers: [{ why: "busy", people: ["b"] }] });
  });

  it("add up what each bears beside an even share, and the wishes that were kept", () => {
    const wishes = new Map([[FIRST, "want" as const], ["2026-12-02", "rather_not" as const]]);
    const instance = of([person("a", { wishes }), person("b", { part: 0.5, partBefore: 0.5 })], 3);
    const [a, b] = balances(instance, [0, 0, 1]);
    expect(a).toMatchObject({ duties: 2, hours: 56, granted: 1, against: 1, share: 100 });
    expect(b).toMatchObject({ duties: 1, hours: 28, share: 100 });
    expect(total(cost(instance, [0, 0, 1]))).toBeLessThan(total(cost(instance, [1, 0, 1])));
  });
});
