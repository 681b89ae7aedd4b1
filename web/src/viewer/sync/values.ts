import type { Json } from "./replica";

/** A point or vector in patient space, millimetres (DICOM PS3.3 C.7.6.2.1.1: x to the left, y to the back, z to the head). */
export type Vec3 = readonly [number, number, number];

/** Image section of a viewport in patient millimetres; never CSS pixels, which mean something else on every screen. */
export interface Camera {
  /** Patient point in the middle of the viewport. */
  readonly focalPoint: Vec3;
  /** Half the viewport's height. */
  readonly parallelScale: number;
  /**
   * Half the width of what the presenter sees of the image itself (black margins left out). A narrower screen widens
   * its section to hold this much, so that nobody misses what is talked about.
   */
  readonly halfWidth: number;
}

/** What one viewport shows: key `vp/0`. */
export interface SharedViewport {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  /** From 1. */
  readonly frame: number;
  /** Window borders in the unit of the modality LUT's output (HU for CT). */
  readonly voi: { readonly lower: number; readonly upper: number };
  readonly invert: boolean;
  /** Degrees, clockwise. */
  readonly rotation: number;
  readonly flipH: boolean;
  readonly flipV: boolean;
  readonly camera: Camera;
}

/** A measurement: key `ann/<uid>`. */
export interface SharedAnnotation {
  readonly tool: "Length";
  /** Seat that drew it; gives the colour, and who may delete it. */
  readonly author: number;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  readonly frame: number;
  readonly frameOfReferenceUid: string;
  readonly points: readonly Vec3[];
  readonly label: string;
}

/** A pointer position; travels on the lossy channel and is never kept. */
export interface SharedPointer {
  readonly sopInstanceUid: string;
  readonly frame: number;
  readonly point: Vec3;
}

export const VIEWPORT_KEY = "vp/0";
export const PRESENTER_KEY = "presenter";
export const POINTER_KEY = "p";
/** A page that was loaded anew asks there for what its seat had put before. */
export const ASK_KEY = "ask";
const ANNOTATION_PREFIX = "ann/";

export function annotationKey(uid: string): string {
  return ANNOTATION_PREFIX + uid;
}

/** The UID in an annotation's key; `undefined` for other keys. */
export function annotationUid(key: string): string | undefined {
  return key.startsWith(ANNOTATION_PREFIX) ? key.slice(ANNOTATION_PREFIX.length) : undefined;
}

/** Points of one measurement at most: a length has two, four leave room for an angle. More would let a peer draw without end. */
const MAX_POINTS = 4;
/** A DICOM UID has at most 64 characters (PS3.5 § 9.1). */
const MAX_UID = 64;

/** Reads `vp/0` as another member wrote it; `undefined` when it is not one. */
export function readViewport(json: Json | undefined): SharedViewport | undefined {
  const o = object(json);
  const voi = object(o?.voi);
  const camera = object(o?.camera);
  if (!o || !voi || !camera) return undefined;
  const { studyUid, seriesUid, sopInstanceUid, frame, rotation } = o;
  const focalPoint = readVec3(camera.focalPoint);
  if (!isUid(studyUid) || !isUid(seriesUid) || !isUid(sopInstanceUid) || !isFrame(frame) || !focalPoint)
    return undefined;
  if (!isNumber(voi.lower) || !isNumber(voi.upper) || voi.lower >= voi.upper || !isNumber(rotation)) return undefined;
  if (!isLength(camera.parallelScale) || !isLength(camera.halfWidth)) return undefined;
  return {
    studyUid,
    seriesUid,
    sopInstanceUid,
    frame,
    voi: { lower: voi.lower, upper: voi.upper },
    invert: o.invert === true,
    rotation,
    flipH: o.flipH === true,
    flipV: o.flipV === true,
    camera: { focalPoint, parallelScale: camera.parallelScale, halfWidth: camera.halfWidth },
  };
}

/** Reads `ann/…`; `undefined` when it is not a measurement this version knows. */
export function readAnnotation(json: Json | undefined): SharedAnnotation | undefined {
  const o = object(json);
  if (
    !o ||
    o.tool !== "Length" ||
    !isSeat(o.author) ||
    !isUid(o.studyUid) ||
    !isUid(o.seriesUid) ||
    !isUid(o.sopInstanceUid)
  )
    return undefined;
  if (!isFrame(o.frame) || typeof o.frameOfReferenceUid !== "string" || o.frameOfReferenceUid.length > MAX_UID)
    return undefined;
  if (!Array.isArray(o.points) || o.points.length < 2 || o.points.length > MAX_POINTS) return undefined;
  const points = o.points.map(readVec3);
  if (points.some((p) => p === undefined)) return undefined;
  return {
    tool: "Length",
    author: o.author,
    studyUid: o.studyUid,
    seriesUid: o.seriesUid,
    sopInstanceUid: o.sopInstanceUid,
    frame: o.frame,
    frameOfReferenceUid: o.frameOfReferenceUid,
    points: points as Vec3[],
    label: typeof o.label === "string" ? o.label.slice(0, 64) : "",
  };
}

/** Reads `presenter`. */
export function readPresenter(json: Json | undefined): number | undefined {
  const member = object(json)?.member;
  return isSeat(member) ? member : undefined;
}

/** Reads a pointer message. */
export function readPointer(json: Json | undefined): SharedPointer | undefined {
  const o = object(json);
  const point = readVec3(o?.point);
  if (!o || !point || !isUid(o.sopInstanceUid) || !isFrame(o.frame)) return undefined;
  return { sopInstanceUid: o.sopInstanceUid, frame: o.frame, point };
}

function object(json: Json | undefined): { readonly [name: string]: Json } | undefined {
  return json !== null && typeof json === "object" && !Array.isArray(json)
    ? (json as { readonly [name: string]: Json })
    : undefined;
}

function readVec3(json: Json | undefined): Vec3 | undefined {
  if (!Array.isArray(json) || json.length !== 3 || !json.every(isNumber)) return undefined;
  return [json[0] as number, json[1] as number, json[2] as number];
}

function isNumber(json: Json | undefined): json is number {
  return typeof json === "number" && Number.isFinite(json) && Math.abs(json) < 1e9;
}

function isLength(json: Json | undefined): json is number {
  return isNumber(json) && json > 0;
}

function isFrame(json: Json | undefined): json is number {
  return Number.isSafeInteger(json) && (json as number) >= 1;
}

function isSeat(json: Json | undefined): json is number {
  return Number.isSafeInteger(json) && (json as number) >= 0;
}

function isUid(json: Json | undefined): json is string {
  return typeof json === "string" && json.length <= MAX_UID && /^[0-9.]+$/.test(json);
}
