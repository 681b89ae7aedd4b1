/** National Institutes of Health Stroke Scale: items, largest values, the plain sum. Pure. */

import type { Nihss } from "../api/types";

/** In the order of the wire (`schemas/src/report.rs`). */
export const NIHSS_ITEMS = ["1a", "1b", "1c", "2", "3", "4", "5a", "5b", "6a", "6b", "7", "8", "9", "10", "11"] as const;
export type NihssItem = (typeof NIHSS_ITEMS)[number];
/** Largest value of each item. */
export const NIHSS_MAXIMA: readonly number[] = [3, 2, 2, 2, 3, 3, 4, 4, 4, 4, 2, 2, 3, 2, 2];

/** `open`: nobody has said anything about it yet; `untestable`: it could not be examined. */
export type NihssValue = number | "untestable" | "open";
export type NihssScore = readonly NihssValue[];

export const EMPTY_NIHSS: NihssScore = NIHSS_ITEMS.map(() => "open");

export const isUntouched = (score: NihssScore): boolean => score.every((value) => value === "open");

/** Items that still need a word. */
export const openItems = (score: NihssScore): NihssItem[] => NIHSS_ITEMS.filter((_, i) => score[i] === "open");

/** What was examined, added up; nothing is derived from it. */
export const nihssSum = (score: NihssScore): number =>
  score.reduce<number>((sum, value) => sum + (typeof value === "number" ? value : 0), 0);

export const untestable = (score: NihssScore): number => score.filter((value) => value === "untestable").length;

/** For the wire; `null` when the scale was not used. */
export const toWire = (score: NihssScore): Nihss | null =>
  isUntouched(score) ? null : { items: score.map((value) => (typeof value === "number" ? value : null)) };

export const fromWire = (nihss: Nihss | null | undefined): NihssScore =>
  nihss ? NIHSS_ITEMS.map((_, i) => nihss.items[i] ?? "untestable") : EMPTY_NIHSS;
