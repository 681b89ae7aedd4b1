/** Edits of a service's escalation. Pure. */

import type { Policies, Policy, PolicyPool, PolicyStep, PolicyTarget, Urgency } from "../api/types";

/** Where the server found something wrong: `policies.emergency.steps[2].ring_seconds: …`, counted from 1 for people. */
export interface Fault {
  readonly urgency: Urgency | undefined;
  readonly step: number | undefined;
  readonly pool: number | undefined;
  readonly field: string;
}

const URGENCIES: readonly Urgency[] = ["emergency", "urgent", "elective"];

export function faultOf(detail: string | null | undefined): Fault | undefined {
  const match = /^policies\.(\w+)(?:\[(\d+)\])?(?:\.(\w+))?(?:\[(\d+)\])?(?:\.(\w+))?/.exec(detail ?? "");
  if (!match) return undefined;
  const [, head = "", poolAt, second, stepAt, third] = match;
  const urgency = URGENCIES.find((name) => name === head);
  return {
    urgency,
    step: urgency && stepAt !== undefined ? Number(stepAt) + 1 : undefined,
    pool: urgency ? undefined : poolAt === undefined ? undefined : Number(poolAt) + 1,
    field: third ?? second ?? head,
  };
}

export const withPolicy = (policies: Policies, urgency: Urgency, policy: Policy): Policies => ({ ...policies, [urgency]: policy });

const newStep = (ring_seconds: number): PolicyStep => ({ targets: [{ type: "all_eligible" }], ring_seconds });

/** One more at the end, that rings as long as the one before it. */
export function added(policy: Policy): Policy {
  return { ...policy, steps: [...policy.steps, newStep(policy.steps.at(-1)?.ring_seconds ?? 20)] };
}

export const changed = (policy: Policy, at: number, step: PolicyStep): Policy => ({
  ...policy,
  steps: policy.steps.map((old, n) => (n === at ? step : old)),
});

export const removed = (policy: Policy, at: number): Policy => led({ ...policy, steps: policy.steps.filter((_, n) => n !== at) });

/** Up (-1) or down (1); `undefined` at the edge. */
export function moved(policy: Policy, at: number, by: -1 | 1): Policy | undefined {
  const to = at + by;
  if (to < 0 || to >= policy.steps.length) return undefined;
  const steps = [...policy.steps];
  const [step] = steps.splice(at, 1);
  if (step) steps.splice(to, 0, step);
  return led({ ...policy, steps });
}

/** The first step has nothing that it could begin beside. */
function led(policy: Policy): Policy {
  return { ...policy, steps: policy.steps.map((step, n) => (n === 0 ? { ...step, beside_after: null } : step)) };
}

/** A target as the value of a choice, and back. */
export function keyOf(target: PolicyTarget): string {
  return "value" in target ? `${target.type}:${target.value}` : target.type;
}

export function targetOf(key: string): PolicyTarget | undefined {
  const [type, value = ""] = key.split(":");
  switch (type) {
    case "duty":
      return value === "primary" || value === "secondary" || value === "backup" ? { type, value } : undefined;
    case "best":
      return { type, value: Number(value) };
    case "person":
    case "pool":
      return { type, value };
    case "all_eligible":
    case "coordinator":
      return { type };
    default:
      return undefined;
  }
}

/** A pool that is gone is named by no step; a step that named nobody else is gone with it. */
export function withoutPool(policies: Policies, id: string): Policies {
  const without = (policy: Policy) => {
    const steps = policy.steps
      .map((step) => ({ ...step, targets: step.targets.filter((target) => !(target.type === "pool" && target.value === id)) }))
      .filter((step) => step.targets.length > 0);
    return led({ ...policy, steps });
  };
  const { emergency, urgent, elective, pools } = policies;
  return {
    emergency: without(emergency),
    urgent: without(urgent),
    elective: without(elective),
    pools: pools.filter((pool) => pool.id !== id),
  };
}

export const withPool = (policies: Policies, pool: PolicyPool): Policies => ({
  ...policies,
  pools: policies.pools.some(({ id }) => id === pool.id)
    ? policies.pools.map((old) => (old.id === pool.id ? pool : old))
    : [...policies.pools, pool],
});

/** Whole numbers alone; `undefined` for anything else. */
export function numberOf(text: string): number | undefined {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text) : undefined;
}
