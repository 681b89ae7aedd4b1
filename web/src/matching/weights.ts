/** Weights as they are typed. Pure. */

import type { Weights } from "../api/types";

export const WEIGHT_NAMES = ["primary", "backup", "open_consult", "language", "ten_seconds", "call_out"] as const;
export type WeightName = (typeof WEIGHT_NAMES)[number];
export type TypedWeights = Record<WeightName, string>;

/** What every service begins with; the server has the same. */
export const STANDARD: Required<Weights> = { primary: 1000, backup: -1000, open_consult: -100, language: 50, ten_seconds: 0, call_out: -2 };

const MAX = 100_000;

/** Rewards are not negative, penalties not positive. */
export function boundsOf(name: WeightName): { min: number; max: number } {
  return name === "primary" || name === "language" ? { min: 0, max: MAX } : { min: -MAX, max: 0 };
}

export const typed = (weights: Weights): TypedWeights =>
  Object.fromEntries(WEIGHT_NAMES.map((name) => [name, String(weights[name] ?? STANDARD[name])])) as TypedWeights;

/** A whole number within the bounds; both signs of minus are taken. */
export function parsed(name: WeightName, text: string): number | null {
  const plain = text.trim().replace("−", "-");
  if (!/^-?\d{1,6}$/.test(plain)) return null;
  const { min, max } = boundsOf(name);
  const value = Number(plain) || 0;
  return value >= min && value <= max ? value : null;
}

/** `null` as long as one of them is no number. */
export function weightsOf(texts: TypedWeights): Required<Weights> | null {
  const values = WEIGHT_NAMES.map((name) => [name, parsed(name, texts[name])] as const);
  return values.some(([, value]) => value === null) ? null : (Object.fromEntries(values) as Required<Weights>);
}
