/** Patient geometry: pure functions on millimetres (x to the patient's left, y to the back, z to the head). */

import type { Vec3 } from "./sync/values";

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Vec3, k: number): Vec3 => [a[0] * k, a[1] * k, a[2] * k];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const length = (a: Vec3): number => Math.sqrt(dot(a, a));
export const distance = (a: Vec3, b: Vec3): number => length(subtract(a, b));

export function normalize(a: Vec3): Vec3 {
  const l = length(a);
  return l > 0 ? scale(a, 1 / l) : a;
}

/** Where an image lies in the patient (PS3.3 C.7.6.2). */
export interface Plane {
  /** Centre of the first pixel. */
  readonly origin: Vec3;
  /** Direction of a row, towards increasing columns; unit length. */
  readonly row: Vec3;
  /** Direction of a column, towards increasing rows; unit length. */
  readonly column: Vec3;
  /** Width and height in millimetres. */
  readonly width: number;
  readonly height: number;
}

/**
 * Half the width of what can be seen of an image in a viewport: the viewport's own, or less where the image ends
 * before. `right` is the screen's right in patient space, unit length.
 */
export function visibleHalfWidth(plane: Plane, focalPoint: Vec3, right: Vec3, viewportHalfWidth: number): number {
  const corners = [0, 1].flatMap((i) =>
    [0, 1].map((j) => add(plane.origin, add(scale(plane.row, i * plane.width), scale(plane.column, j * plane.height)))),
  );
  const reach = Math.max(...corners.map((corner) => Math.abs(dot(subtract(corner, focalPoint), right))));
  return Math.min(viewportHalfWidth, reach);
}

/**
 * The half height, in millimetres, with which a viewport of the given width/height shows all that the presenter sees:
 * the presenter's own where the screen is wide enough, more where it is narrower. Never CSS pixels.
 */
export function fittingScale(parallelScale: number, halfWidth: number, aspect: number): number {
  return Math.max(parallelScale, halfWidth / aspect);
}

/** Letters of a direction in the patient, main axis first, as on every viewer: R L A P H F. */
export function orientationLetters(direction: Vec3): string {
  const letters: [number, string][] = [
    [direction[0], direction[0] > 0 ? "L" : "R"],
    [direction[1], direction[1] > 0 ? "P" : "A"],
    [direction[2], direction[2] > 0 ? "H" : "F"],
  ];
  return letters
    .filter(([part]) => Math.abs(part) > 0.25)
    .sort((a, b) => Math.abs(b[0]) - Math.abs(a[0]))
    .slice(0, 2)
    .map(([, letter]) => letter)
    .join("");
}

/** Where the pixels of an image lie in the patient (PS3.3 C.7.6.2.1.1). */
export interface PixelGrid {
  /** Centre of the first pixel. */
  readonly origin: Vec3;
  /** Direction of a row, towards increasing columns; unit length. */
  readonly row: Vec3;
  /** Direction of a column, towards increasing rows; unit length. */
  readonly column: Vec3;
  /** Millimetres between the centres of two columns, and of two rows. */
  readonly columnSpacing: number;
  readonly rowSpacing: number;
}

/**
 * Column and row of a patient point, (0, 0) the outer corner of the first pixel and (0.5, 0.5) its centre. Cornerstone's
 * `worldToImageCoords` divides each axis by the other one's spacing: right only where pixels are square.
 */
export function pixelOf(grid: PixelGrid, point: Vec3): readonly [number, number] {
  const from = subtract(point, grid.origin);
  return [dot(from, grid.row) / grid.columnSpacing + 0.5, dot(from, grid.column) / grid.rowSpacing + 0.5];
}
