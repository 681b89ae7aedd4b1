/** What is loaded ahead of the viewer, and how much of it. Pure. */

export interface Budgets {
  /** Megabytes on Wi-Fi and cable, and on a mobile network; 0 is off. */
  prefetch: number;
  prefetch_mobile: number;
}

/** A head CT of 400 slices has about 60 MB as HTJ2K and 200 MB raw; a mobile contract has some gigabytes a month. */
export const DEFAULT_BUDGETS: Budgets = { prefetch: 300, prefetch_mobile: 60 };

/** Network Information API, where there is one: only some browsers tell. */
export interface Network {
  type?: string | undefined;
  saveData?: boolean | undefined;
}

/** Bytes that may be loaded for one consult. A browser that does not tell its network is taken to be on Wi-Fi. */
export function budgetOf(budgets: Budgets, network: Network): number {
  if (network.saveData === true) return 0;
  return (network.type === "cellular" ? budgets.prefetch_mobile : budgets.prefetch) * 1_000_000;
}

export interface Progress {
  state: "running" | "done" | "budget" | "stopped" | "failed" | "off";
  bytes: number;
  budget: number;
  /** Frames loaded and known of. */
  loaded: number;
  frames: number;
}

/** The first series whole before the next begins, the one with the most images first: it is what is read. */
export function inOrder<T>(series: readonly { images: readonly T[] }[]): T[] {
  return series.toSorted((a, b) => b.images.length - a.images.length).flatMap(({ images }) => images);
}
