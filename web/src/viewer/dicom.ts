/** DICOM JSON (PS3.18 Annex F) into series and images; pure. */

import { cross, dot, length } from "./geometry";
import type { Vec3 } from "./sync/values";

/** One attribute of DICOM JSON. */
export interface Attribute {
  readonly vr?: string;
  readonly Value?: readonly unknown[];
}
export type Dataset = Readonly<Record<string, Attribute | undefined>>;

export interface Image {
  readonly sopInstanceUid: string;
  /** From 1. */
  readonly frame: number;
  readonly instanceNumber: number;
  readonly position: Vec3 | undefined;
  readonly dataset: Dataset;
}

export interface Series {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly number: number | undefined;
  readonly description: string;
  readonly modality: string;
  readonly patientName: string;
  /** `YYYYMMDD`. */
  readonly birthDate: string;
  readonly frameOfReferenceUid: string;
  /** In the order of the stack. */
  readonly images: readonly Image[];
  /** The images lie beside one another in one direction and are sorted by it. */
  readonly isSpatial: boolean;
}

/** Directions that differ by less count as equal; 0.01 is half a degree. More would mix a localizer into a stack. */
const SAME_DIRECTION = 0.01;

/** Series of a study, by series number; instances without pixels (reports, presentation states) are left out. */
export function readStudy(instances: readonly Dataset[]): Series[] {
  const bySeries = new Map<string, Dataset[]>();
  for (const dataset of instances) {
    const uid = text(dataset, "0020000E");
    if (uid === "" || number(dataset, "00280010") === undefined) continue;
    bySeries.set(uid, [...(bySeries.get(uid) ?? []), dataset]);
  }
  return [...bySeries.values()]
    .map(readSeries)
    .sort((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity) || (a.seriesUid < b.seriesUid ? -1 : 1));
}

function readSeries(datasets: readonly Dataset[]): Series {
  const first = datasets[0] ?? {};
  const { images, isSpatial } = sortImages(datasets.flatMap(readImages));
  return {
    studyUid: text(first, "0020000D"),
    seriesUid: text(first, "0020000E"),
    number: number(first, "00200011"),
    description: text(first, "0008103E"),
    modality: text(first, "00080060"),
    patientName: personName(first, "00100010"),
    birthDate: text(first, "00100030"),
    frameOfReferenceUid: text(first, "00200052"),
    images,
    isSpatial,
  };
}

/** One image for each frame. */
function readImages(dataset: Dataset): (Image & { readonly normal: Vec3 | undefined })[] {
  const frames = Math.max(1, number(dataset, "00280008") ?? 1);
  const perFrame = sequence(dataset, "52009230");
  const shared = sequence(dataset, "52009229")[0];
  return Array.from({ length: frames }, (_, i) => {
    const groups = [perFrame[i], shared];
    const position = vector(dataset, "00200032") ?? find(groups, "00209113", "00200032");
    const orientation = numbers(dataset, "00200037") ?? findNumbers(groups, "00209116", "00200037");
    return {
      sopInstanceUid: text(dataset, "00080018"),
      frame: i + 1,
      instanceNumber: number(dataset, "00200013") ?? 0,
      position: frames === 1 || perFrame.length > 0 ? position : undefined,
      normal: normalOf(orientation),
      dataset,
    };
  });
}

/**
 * By the position along the normal of the images (PS3.3 C.7.6.2.1.1) where all of them are parallel; otherwise by
 * instance number and frame.
 */
function sortImages(images: readonly (Image & { readonly normal: Vec3 | undefined })[]): {
  images: Image[];
  isSpatial: boolean;
} {
  const normal = images[0]?.normal;
  const isSpatial =
    normal !== undefined &&
    images.every(
      (image) =>
        image.position !== undefined && image.normal !== undefined && 1 - dot(image.normal, normal) < SAME_DIRECTION,
    );
  const depth = (image: Image) => (normal && image.position ? dot(image.position, normal) : 0);
  const sorted = [...images].sort(
    (a, b) => (isSpatial ? depth(a) - depth(b) : 0) || a.instanceNumber - b.instanceNumber || a.frame - b.frame,
  );
  return { images: sorted.map(({ normal: _, ...image }) => image), isSpatial };
}

/** Index of an image in its stack; −1 when it has not arrived. */
export function indexOf(series: Series, sopInstanceUid: string, frame: number): number {
  return series.images.findIndex((image) => image.sopInstanceUid === sopInstanceUid && image.frame === frame);
}

/**
 * `path` of DICOMweb, told which consult it is read for: two houses may hold different objects under the same study UID.
 */
export function inConsult(consultId: string, path: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}consult=${encodeURIComponent(consultId)}`;
}

/** What tells an image from all others of its consult. */
export interface ImageName {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  /** From 1. */
  readonly frame: number;
}

/** Stands before the path in image ids; {@link addressOf} takes it away. */
const CONSULT_PREFIX = /^\/consults\/([^/]+)(\/dicomweb\/.*)$/;

/**
 * Image id for Cornerstone's `wadors` loader. The consult stands at the front, so that images of two consults never
 * share a place in the cache; a query at the end would do as well but for the loader, which finds the metadata of a
 * multi-frame object under what precedes the frame's number and `1`, nothing behind it.
 */
export function imageIdOf(consultId: string, { studyUid, seriesUid, sopInstanceUid, frame }: ImageName): string {
  const path = `/dicomweb/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}/frames/${frame}`;
  return `wadors:/consults/${encodeURIComponent(consultId)}${path}`;
}

/** Address to ask the server for, from an image id without its scheme. */
export function addressOf(uri: string): string {
  const [, consultId, path] = CONSULT_PREFIX.exec(uri) ?? [];
  return consultId === undefined || path === undefined ? uri : inConsult(decodeURIComponent(consultId), path);
}

function normalOf(orientation: readonly number[] | undefined): Vec3 | undefined {
  if (orientation?.length !== 6) return undefined;
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  const normal = cross([a, b, c], [d, e, f]);
  return length(normal) > 0.5 ? normal : undefined;
}

function text(dataset: Dataset, tag: string): string {
  const value = dataset[tag]?.Value?.[0];
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

function number(dataset: Dataset, tag: string): number | undefined {
  const value = Number(dataset[tag]?.Value?.[0] ?? NaN);
  return Number.isFinite(value) ? value : undefined;
}

function numbers(dataset: Dataset, tag: string): number[] | undefined {
  const values = dataset[tag]?.Value?.map(Number);
  return values && values.length > 0 && values.every(Number.isFinite) ? values : undefined;
}

function vector(dataset: Dataset, tag: string): Vec3 | undefined {
  const values = numbers(dataset, tag);
  return values?.length === 3 ? (values as unknown as Vec3) : undefined;
}

function sequence(dataset: Dataset, tag: string): Dataset[] {
  return (dataset[tag]?.Value ?? []).filter((item): item is Dataset => typeof item === "object" && item !== null);
}

function find(groups: readonly (Dataset | undefined)[], outer: string, inner: string): Vec3 | undefined {
  const values = findNumbers(groups, outer, inner);
  return values?.length === 3 ? (values as unknown as Vec3) : undefined;
}

function findNumbers(groups: readonly (Dataset | undefined)[], outer: string, inner: string): number[] | undefined {
  for (const group of groups) {
    const item = group && sequence(group, outer)[0];
    const values = item && numbers(item, inner);
    if (values) return values;
  }
  return undefined;
}

/** Family name first, as a hospital reads it: "MUSTER, Erika". */
function personName(dataset: Dataset, tag: string): string {
  const value = dataset[tag]?.Value?.[0];
  const name = typeof value === "object" && value !== null ? (value as { Alphabetic?: unknown }).Alphabetic : value;
  if (typeof name !== "string") return "";
  const [family = "", given = ""] = name.split("^");
  return [family, given].filter((part) => part !== "").join(", ");
}
