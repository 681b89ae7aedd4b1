/** Window settings that a reader expects, in Hounsfield units. */
export interface Preset {
  readonly name: "brain" | "stroke" | "subdural" | "bone" | "lung" | "soft";
  readonly center: number;
  readonly width: number;
}

export const PRESETS: readonly Preset[] = [
  { name: "brain", center: 40, width: 80 },
  // Narrow: early ischaemia changes grey matter by a few units only.
  { name: "stroke", center: 40, width: 40 },
  { name: "subdural", center: 75, width: 215 },
  { name: "bone", center: 500, width: 2000 },
  { name: "lung", center: -600, width: 1500 },
  { name: "soft", center: 50, width: 400 },
];

export interface VoiRange {
  readonly lower: number;
  readonly upper: number;
}

/** Window borders of centre and width, as Cornerstone takes them (PS3.3 C.11.2.1.2.1, linear). */
export function rangeOf({ center, width }: { readonly center: number; readonly width: number }): VoiRange {
  return { lower: center - width / 2, upper: center + width / 2 };
}

/** Centre and width of window borders, rounded for the overlay. */
export function windowOf({ lower, upper }: VoiRange): { center: number; width: number } {
  return { center: Math.round((lower + upper) / 2), width: Math.round(upper - lower) };
}
