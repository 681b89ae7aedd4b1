/** What is on screen as a key image of the report: DICOM names, window, and what is drawn, in the image's own pixels. */

import { metaData } from "@cornerstonejs/core";
import { annotation } from "@cornerstonejs/tools";
import type { KeyImage, StudyStatus } from "../api/types";
import { translate } from "../i18n";
import { imageIdOf } from "./dicom";
import type { Status } from "./engine/stackView";
import { pixelOf, type PixelGrid } from "./geometry";
import type { SharedAnnotation, Vec3 } from "./sync/values";

/** Marks of one key image (`schemas/src/report.rs`). */
const MAX_MARKS = 50;

export interface Screen {
  readonly consultId: string;
  readonly studies: readonly StudyStatus[];
  readonly status: Status;
  readonly annotations: ReadonlyMap<string, SharedAnnotation>;
  /** BCP 47. */
  readonly locale: string;
}

/** `null` while no image is on screen. */
export function keyImageOf(screen: Screen): KeyImage | null {
  const view = screen.status.view;
  const study = screen.studies.find((study) => study.study_instance_uid === view?.studyUid);
  if (!view || !study) return null;
  const grid = gridOf(imageIdOf(screen.consultId, view));
  const shown = [...screen.annotations].filter(
    ([, value]) =>
      value.seriesUid === view.seriesUid && value.sopInstanceUid === view.sopInstanceUid && value.frame === view.frame,
  );
  const isGrey = !screen.status.series?.images.some(
    (image) => image.sopInstanceUid === view.sopInstanceUid && Number(image.dataset["00280002"]?.Value?.[0] ?? 1) > 1,
  );
  return {
    study_id: study.id,
    series_instance_uid: view.seriesUid,
    sop_instance_uid: view.sopInstanceUid,
    frame: view.frame,
    // The borders are exact (LINEAR_EXACT, PS3.3 C.11.2.1.3.2): no half step is taken off.
    window_center: isGrey ? (view.voi.lower + view.voi.upper) / 2 : null,
    window_width: isGrey ? view.voi.upper - view.voi.lower : null,
    caption: "",
    marks: shown.slice(0, MAX_MARKS).map(([uid, value]) => ({
      shape: "line",
      points: value.points.map((point) => [...pixelOf(grid, point)]),
      label: label(uid, screen),
    })),
  };
}

/** The number that stands beside the line on screen. */
function label(uid: string, screen: Screen): string {
  const held = annotation.state.getAnnotation(uid) as
    | { data: { cachedStats?: Record<string, { length?: number | null; unit?: string }> } }
    | undefined;
  const stats = Object.values(held?.data.cachedStats ?? {}).find((each) => Number.isFinite(each.length));
  return typeof stats?.length === "number" ? lengthText(stats.length, stats.unit ?? "mm", screen.locale) : "";
}

/** As it stands on screen: `34,2 mm`. */
export function lengthText(value: number, unit: string, locale: string): string {
  const number = value.toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return translate("viewer:length", { value: number, unit });
}

interface ImagePlane {
  readonly imagePositionPatient?: ArrayLike<number> | null;
  readonly rowCosines?: ArrayLike<number> | null;
  readonly columnCosines?: ArrayLike<number> | null;
  readonly rowPixelSpacing?: number | null;
  readonly columnPixelSpacing?: number | null;
}

/** Where Cornerstone puts the image's pixels; it puts an image without a place at the origin, a millimetre a pixel. */
function gridOf(imageId: string): PixelGrid {
  const plane = (metaData.get("imagePlaneModule", imageId) ?? {}) as ImagePlane;
  const vec = (value: ArrayLike<number> | null | undefined, fallback: Vec3): Vec3 =>
    value && value.length === 3 ? [value[0] ?? 0, value[1] ?? 0, value[2] ?? 0] : fallback;
  return {
    origin: vec(plane.imagePositionPatient, [0, 0, 0]),
    row: vec(plane.rowCosines, [1, 0, 0]),
    column: vec(plane.columnCosines, [0, 1, 0]),
    columnSpacing: plane.columnPixelSpacing || 1,
    rowSpacing: plane.rowPixelSpacing || 1,
  };
}
