import type { RotaPlan } from "../api/types";

/** Of a service without any layer. */
const MORNING = "08:00:00";

/** The time of day at which duties of this plan change hands: that of its first layer. Pure. */
export function handOverOf(plan: RotaPlan): string {
  return plan.layers[0]?.start.slice(11, 19) ?? MORNING;
}
