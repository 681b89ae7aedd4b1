/** Places of a bar plot. Pure. */

export interface Bar {
  label: string;
  value: number;
  /** A second value, as a thin mark: a percentile, an even share. */
  mark?: number | null;
  /** How the value is written. */
  text: string;
}

/** Width of the drawing and of what stands left of the bars, in its own units. */
export const WIDTH = 820;
export const LEFT = 340;
export const ROW = 30;
const RIGHT = 96;

export interface Placed extends Bar {
  y: number;
  width: number;
  /** Left edge of the mark. */
  at: number | null;
}

/** The longest bar, or mark, reaches to the right edge. */
export function placed(bars: readonly Bar[]): { rows: Placed[]; height: number } {
  const most = Math.max(1, ...bars.flatMap(({ value, mark }) => [value, mark ?? 0]));
  const scale = (value: number) => Math.max(0, (value / most) * (WIDTH - LEFT - RIGHT));
  const rows = bars.map((bar, index) => ({
    ...bar,
    y: index * ROW,
    width: scale(bar.value),
    at: bar.mark === null || bar.mark === undefined ? null : LEFT + scale(bar.mark),
  }));
  return { rows, height: Math.max(1, bars.length) * ROW };
}

/** A label that fits left of its bar. */
export const short = (text: string): string => (text.length > 42 ? `${text.slice(0, 41)}…` : text);
