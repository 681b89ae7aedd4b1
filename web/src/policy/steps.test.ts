import { describe, expect, it } from "vitest";
import type { Policies, Policy } from "../api/types";
import { added, changed, faultOf, keyOf, moved, numberOf, removed, targetOf, withoutPool } from "./steps";

const POLICY: Policy = {
  rounds: 2,
  steps: [
    { targets: [{ type: "duty", value: "primary" }], ring_seconds: 20 },
    { targets: [{ type: "pool", value: "p" }], ring_seconds: 30, beside_after: 10 },
    { targets: [{ type: "coordinator" }, { type: "pool", value: "p" }], ring_seconds: 40 },
  ],
  when_busy: "ring_anyway",
};

describe("steps", () => {
  it("are added, changed, moved and removed, and the first begins beside nothing", () => {
    expect(added(POLICY).steps.at(-1)).toEqual({ targets: [{ type: "all_eligible" }], ring_seconds: 40 });
    expect(changed(POLICY, 1, { targets: [], ring_seconds: 5 }).steps[1]?.ring_seconds).toBe(5);
    expect(removed(POLICY, 0).steps[0]).toMatchObject({ ring_seconds: 30, beside_after: null });
    const up = moved(POLICY, 1, -1)!;
    expect(up.steps.map(({ ring_seconds }) => ring_seconds)).toEqual([30, 20, 40]);
    expect(up.steps[0]?.beside_after).toBeNull();
    expect(moved(POLICY, 0, -1)).toBeUndefined();
    expect(moved(POLICY, 2, 1)).toBeUndefined();
  });

  it("name their targets by a text that comes back", () => {
    for (const target of [...POLICY.steps.flatMap(({ targets }) => targets), { type: "best", value: 3 } as const]) {
      expect(targetOf(keyOf(target))).toEqual(target);
    }
    expect(targetOf("duty:king")).toBeUndefined();
  });

  it("lose a pool with everything that was nobody else", () => {
    const policies: Policies = { emergency: POLICY, urgent: POLICY, elective: POLICY, pools: [{ id: "p", name: "P", people: ["a"] }] };
    const { emergency, pools } = withoutPool(policies, "p");
    expect(pools).toEqual([]);
    expect(emergency.steps.map(({ targets }) => targets.map(keyOf))).toEqual([["duty:primary"], ["coordinator"]]);
  });
});

describe("a refusal", () => {
  it("says where", () => {
    expect(faultOf("policies.emergency.steps[2].ring_seconds: is out of range")).toEqual({ urgency: "emergency", step: 3, pool: undefined, field: "ring_seconds" });
    expect(faultOf("policies.urgent.steps[0].targets[1]: is there twice")).toMatchObject({ urgency: "urgent", step: 1, field: "targets" });
    expect(faultOf("policies.elective.steps: alarms the coordinator too late")).toMatchObject({ urgency: "elective", step: undefined, field: "steps" });
    expect(faultOf("policies.pools[1].name: is there already")).toMatchObject({ urgency: undefined, pool: 2, field: "name" });
    expect(faultOf("note: is too long")).toBeUndefined();
  });
});

it("takes whole numbers alone", () => {
  expect(["20", " 7 ", "", "2.5", "-3", "20 s"].map(numberOf)).toEqual([20, 7, undefined, undefined, undefined, undefined]);
});
