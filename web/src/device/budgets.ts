/** How much may be loaded ahead on this device; remembered per browser. */

import { DEFAULT_BUDGETS, type Budgets, type Network } from "../state/prefetch";

const STORE = "telekonsil.prefetch";

export function getBudgets(): Budgets {
  try {
    return { ...DEFAULT_BUDGETS, ...(JSON.parse(localStorage.getItem(STORE) ?? "{}") as Partial<Budgets>) };
  } catch {
    return DEFAULT_BUDGETS;
  }
}

export function setBudgets(budgets: Partial<Budgets>): void {
  try {
    localStorage.setItem(STORE, JSON.stringify({ ...getBudgets(), ...budgets }));
  } catch {
    // Without storage the usual ones stay.
  }
}

/** What the browser tells of its network; nothing in most. */
export function network(): Network {
  return (navigator as { connection?: Network }).connection ?? {};
}
