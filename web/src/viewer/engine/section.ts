/** What section of the patient a viewport shows, and when two views are the same. */

import type { Types } from "@cornerstonejs/core";
import { add, distance, normalize, orientationLetters, scale, subtract, type Plane } from "../geometry";
import type { SharedViewport, Vec3 } from "../sync/values";

/** Differences below these are rounding of 32-bit textures and matrices, no change anybody could see. */
export const MM = 1e-3;
export const GREY = 1e-3;
export const DEGREE = 1e-2;

/** Letters at the four edges. */
export interface Letters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

/** Width / height. */
export function aspectOf(element: HTMLElement): number {
  return element.clientWidth / Math.max(1, element.clientHeight);
}

/** Where the image on screen lies in the patient. */
export function planeOf(viewport: Types.IStackViewport): Plane | undefined {
  const data = viewport.getImageData();
  if (!data) return undefined;
  const { origin, direction, dimensions, spacing } = data;
  const row = [direction[0], direction[1], direction[2]] as Vec3;
  const column = [direction[3], direction[4], direction[5]] as Vec3;
  const width = dimensions[0] * spacing[0];
  const height = dimensions[1] * spacing[1];
  // From the middle of the first pixel to its outer corner.
  const corner = add(scale(row, -spacing[0] / 2), scale(column, -spacing[1] / 2));
  return { origin: add(vec(origin), corner), row, column, width, height };
}

/** The screen's right in patient space. */
export function rightOf(viewport: Types.IStackViewport): Vec3 {
  return directionOf(viewport, [100, 0]);
}

export function lettersOf(viewport: Types.IStackViewport): Letters {
  const right = rightOf(viewport);
  const down = directionOf(viewport, [0, 100]);
  return {
    left: orientationLetters(scale(right, -1)),
    right: orientationLetters(right),
    top: orientationLetters(scale(down, -1)),
    bottom: orientationLetters(down),
  };
}

/** Works for both ways of drawing and with flips, which a camera's vectors do not. */
function directionOf(viewport: Types.IStackViewport, canvas: Types.Point2): Vec3 {
  return normalize(subtract(vec(viewport.canvasToWorld(canvas)), vec(viewport.canvasToWorld([0, 0]))));
}

export function vec(point: ArrayLike<number> | undefined): Vec3 {
  return [point?.[0] ?? 0, point?.[1] ?? 0, point?.[2] ?? 0];
}

export function sameView(a: SharedViewport, b: SharedViewport): boolean {
  return (
    a.seriesUid === b.seriesUid &&
    a.sopInstanceUid === b.sopInstanceUid &&
    a.frame === b.frame &&
    a.invert === b.invert &&
    a.flipH === b.flipH &&
    a.flipV === b.flipV &&
    Math.abs(a.rotation - b.rotation) <= DEGREE &&
    Math.abs(a.voi.lower - b.voi.lower) <= GREY &&
    Math.abs(a.voi.upper - b.voi.upper) <= GREY &&
    Math.abs(a.camera.parallelScale - b.camera.parallelScale) <= MM &&
    Math.abs(a.camera.halfWidth - b.camera.halfWidth) <= MM &&
    distance(a.camera.focalPoint, b.camera.focalPoint) <= MM
  );
}
