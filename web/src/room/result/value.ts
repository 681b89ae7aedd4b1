/**
 * What somebody shows of a report that is not signed yet, on the wire: one key for the words and one for each key image,
 * all with the revision of the set that they are part of, so that nobody sees half of one and half of another. Reading,
 * writing, cutting to size. Pure.
 */

import type { KeyImage, Mark, MarkShape } from "../../api/types";
import { DECISIONS, MAX_CAPTION, MAX_KEY_IMAGES } from "../../report/draft";
import type { RoomContent, ShowFault } from "../../report/inRoom";
import { MAX_DATA_FRAME } from "../../rtc/envelope";
import { decodeJson, encodeJson } from "../../viewer/sync/codec";
import type { Json } from "../../viewer/sync/replica";
import { OWN_BYTES, SIGNED_BYTES, tidy } from "../chat/message";

/** Keys of it on the `state` channel. Guests have no part in them. */
export const RESULT_PREFIX = "result/";
/**
 * Bytes of one key's value: what a frame holds beside the largest attestation (2 KiB), two signatures, MLS and the key.
 * More would be dropped on its way.
 */
export const MAX_PART = MAX_DATA_FRAME - 2_560;
/** Of one key image (`schemas/src/report.rs`, `broker/src/domain/consult/answer.rs`). */
const MAX_MARKS = 50;
const MAX_POINTS = 200;
const MAX_LABEL = 200;
/** Pixels from the corner of the image. */
const FARTHEST = 1e6;
/** Milliseconds. More shows a time of which nobody knows what it means; less refuses a page whose clock is wrong by hours. */
const MAX_AHEAD = 24 * 60 * 60 * 1000;
const SHAPES: readonly MarkShape[] = ["line", "arrow", "outline", "ellipse", "text"];

/** The words, or a key image, counted from 0. */
export type Slot = "words" | number;

export interface Words extends Omit<RoomContent, "keyImages"> {
  /** Number of key images that belong to them. */
  readonly images: number;
}

export interface Part {
  /** Whose: nobody else writes there. */
  readonly author: string;
  readonly slot: Slot;
  /** When the set was shown, milliseconds since 1970, and later than the author's set before. */
  readonly revision: number;
  /** Absent: taken back, or the newer set has fewer images. */
  readonly value: Words | KeyImage | undefined;
}

export function partKey({ author, slot }: Pick<Part, "author" | "slot">): string {
  return `${RESULT_PREFIX}${author}/${slot}`;
}

/** A page that has come anew asks there for what it has to say or pass on again, and says what it has of its own. */
export function askKey(author: string): string {
  return `${RESULT_PREFIX}${author}/ask`;
}

export function encodePart({ revision, value }: Part): Uint8Array<ArrayBuffer> {
  return encodeJson([revision, (value ?? null) as unknown as Json]);
}

/** `undefined` when it is none that this version understands, or from the future. `now`: milliseconds since 1970. */
export function decodePart(key: string, payload: Uint8Array, now: number): Part | undefined {
  const [, author, name] = /^result\/([\w-]{1,64})\/(words|\d{1,2})$/.exec(key) ?? [];
  const slot = name === "words" ? name : Number(name);
  const json = payload.length <= MAX_PART ? decodeJson(payload) : undefined;
  if (author === undefined || partKey({ author, slot }) !== key || (slot !== "words" && slot >= MAX_KEY_IMAGES)) return undefined;
  if (!Array.isArray(json) || json.length !== 2 || !isCount(json[0]) || json[0] > now + MAX_AHEAD) return undefined;
  const revision = json[0];
  if (json[1] === null) return { author, slot, revision, value: undefined };
  const value = slot === "words" ? readWords(json[1]) : readImage(json[1]);
  return value && { author, slot, revision, value };
}

/** As it is sent and shown: without what no screen shows; or what of it nobody would take. */
export function tidyContent(content: RoomContent): RoomContent | ShowFault {
  const { images, ...words } = readWords({ ...content, images: content.keyImages.length }) ?? {};
  if (images === undefined) return { type: "words" };
  const keyImages = content.keyImages.map((image) => readImage(image));
  const bad = keyImages.indexOf(undefined);
  return bad < 0 ? ({ ...words, keyImages } as RoomContent) : { type: "image", number: bad + 1 };
}

/** The set as it is written. */
export function partsOf(author: string, revision: number, content: RoomContent): [Part, ...Part[]] {
  const { keyImages, ...words } = content;
  const images = keyImages.map((value, slot): Part => ({ author, slot, revision, value }));
  return [{ author, slot: "words", revision, value: { ...words, images: images.length } }, ...images];
}

/** What of it is too large for a frame, or for one member's share of the room. */
export function sizeFault(parts: readonly Part[]): ShowFault | undefined {
  let bytes = 0;
  for (const part of parts) {
    const { length } = encodePart(part);
    if (length > MAX_PART) return part.slot === "words" ? { type: "words" } : { type: "image", number: part.slot + 1 };
    bytes += length + SIGNED_BYTES;
  }
  return bytes > OWN_BYTES ? { type: "all" } : undefined;
}

function readWords(value: unknown): Words | undefined {
  const { after, decision, recommendation, images } = object(value);
  const known = decision === null ? null : DECISIONS.find((each) => each === decision);
  if (known === undefined || typeof recommendation !== "string") return undefined;
  if (!isCount(after) || !isCount(images) || images > MAX_KEY_IMAGES) return undefined;
  return { after, decision: known, recommendation: tidy(recommendation, MAX_DATA_FRAME), images };
}

function readImage(value: unknown): KeyImage | undefined {
  const { study_id, series_instance_uid, sop_instance_uid, frame, window_center, window_width, caption, marks } = object(value);
  const window = readWindow(window_center, window_width);
  if (typeof study_id !== "string" || !/^[\w-]{1,64}$/.test(study_id) || !window) return undefined;
  if (!isUid(series_instance_uid) || !isUid(sop_instance_uid) || !isCount(frame) || frame < 1) return undefined;
  const list = Array.isArray(marks) ? marks.map(readMark) : [];
  if (list.length > MAX_MARKS || !list.every((mark) => mark !== undefined)) return undefined;
  return { study_id, series_instance_uid, sop_instance_uid, frame, ...window, caption: line(caption, MAX_CAPTION), marks: list };
}

function readWindow(center: unknown, width: unknown): Pick<KeyImage, "window_center" | "window_width"> | undefined {
  if (isNone(center) && isNone(width)) return { window_center: null, window_width: null };
  return isNumber(center) && isNumber(width) && width >= 0 ? { window_center: center, window_width: width } : undefined;
}

function readMark(value: unknown): Mark | undefined {
  const { shape, points, label } = object(value);
  const known = SHAPES.find((each) => each === shape);
  if (!known || !Array.isArray(points) || points.length < 1 || points.length > MAX_POINTS) return undefined;
  const isPoint = (point: unknown) =>
    Array.isArray(point) && point.length === 2 && point.every((each) => isNumber(each) && Math.abs(each) <= FARTHEST);
  return points.every(isPoint) ? { shape: known, points: points as number[][], label: line(label, MAX_LABEL) } : undefined;
}

function line(value: unknown, most: number): string {
  return typeof value === "string" ? tidy(value, most).replaceAll("\n", " ") : "";
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isNone(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** DICOM PS3.5 § 9.1. It becomes part of a path: no empty component, and so neither `.` nor `..`. */
function isUid(value: unknown): value is string {
  return typeof value === "string" && value.length <= 64 && /^\d+(\.\d+)*$/.test(value);
}
