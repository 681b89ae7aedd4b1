/** How large pictures are shown, and when the server is told. Pure: told the time. */

import type { SlotSize } from "../api/types";

/** Between two messages, in ms. More sends a picture too small for as long after a window was enlarged; less floods the
 * server while somebody drags a window's edge. */
export const VIEW_EVERY = 250;
/** A peer that was told nothing is sent everything. After so long, in ms, without any picture on the page it is told so.
 * More sends for nothing; less stops what is about to be shown, and holds up the word that it is, by {@link VIEW_EVERY}. */
export const EMPTY_AFTER = 2000;
/** Heights are rounded up to multiples of this, in pixels. More sends a little too much; less tells every pixel of an
 * animation. */
const STEP = 30;
/** `u16` on the wire. */
const MOST = 65_535;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Height in pixels of the screen at which a whole picture would have to be drawn to fill `box` as the style sheet has it.
 * A portrait picture in a landscape tile is drawn as wide as the tile and cut: it has to be higher than the tile.
 */
export function shownHeight(box: Size, picture: Size | undefined, fit: "cover" | "contain", pixelRatio: number): number {
  if (box.width <= 0 || box.height <= 0) return 0;
  let { height } = box;
  if (picture && picture.width > 0 && picture.height > 0) {
    const byWidth = (box.width * picture.height) / picture.width;
    height = fit === "cover" ? Math.max(height, byWidth) : Math.min(height, byWidth);
  }
  return Math.min(MOST, Math.ceil((height * pixelRatio) / STEP) * STEP);
}

/** The pictures on this page. What is not in here is not shown. */
export class View {
  private readonly heights = new Map<string, number>();
  private isVisible = true;
  /** What the server was told last; `undefined`: nothing, or another peer. */
  private told: string | undefined;
  private nextAt = 0;
  private emptyAt = 0;

  /** The picture of line `mid` is drawn `height` pixels high; 0: not now. */
  show(mid: string, height: number): void {
    this.heights.set(mid, height);
  }

  /** It is no longer part of the page. */
  hide(mid: string): void {
    this.heights.delete(mid);
  }

  /** Somebody may be looking at it. */
  isShown(mid: string): boolean {
    return this.isVisible && (this.heights.get(mid) ?? 0) > 0;
  }

  /** Whether anybody can see the page at all. */
  setVisible(isVisible: boolean): void {
    this.isVisible = isVisible;
  }

  /** A peer was answered: it knows nothing yet. */
  forget(now: number): void {
    this.told = undefined;
    this.emptyAt = now + EMPTY_AFTER;
  }

  /** When {@link take} has something to say, at the earliest; `undefined` when the server knows all. */
  due(): number | undefined {
    if (JSON.stringify(this.sizes()) === this.told) return undefined;
    return this.told === undefined && this.heights.size === 0 ? Math.max(this.emptyAt, this.nextAt) : this.nextAt;
  }

  /** What is to be said at `now`. */
  take(now: number): SlotSize[] | undefined {
    const due = this.due();
    if (due === undefined || now < due) return undefined;
    const sizes = this.sizes();
    this.told = JSON.stringify(sizes);
    this.nextAt = now + VIEW_EVERY;
    return sizes;
  }

  private sizes(): SlotSize[] {
    return [...this.heights]
      .map(([mid, height]) => ({ mid, height: this.isVisible ? height : 0 }))
      .sort((a, b) => (a.mid < b.mid ? -1 : 1));
  }
}
