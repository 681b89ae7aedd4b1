/** Key images: where they come from, and where their pictures are. Pure. */

import type { ConsultId, KeyImage, StudyStatus } from "../api/types";
import { inConsult } from "../viewer/dicom";

/** Gives the image that is on screen with what is drawn on it; `null` while there is none. */
export interface KeyImageSource {
  current(): KeyImage | null;
}

/** Longest side of the picture in the form, in pixels: two for each of a dense screen. */
const SIDE = 480;

/**
 * Address of the picture; `null` when its study is not in the consult any more. The picture fits into a square, its
 * proportions kept, so that marks can be placed on it.
 */
export function pictureOf(consult: ConsultId, studies: readonly StudyStatus[], image: KeyImage): string | null {
  const study = studies.find(({ id }) => id === image.study_id);
  if (!study) return null;
  const name = [study.study_instance_uid, image.series_instance_uid, image.sop_instance_uid].map(encodeURIComponent);
  const path = `/dicomweb/studies/${name[0]}/series/${name[1]}/instances/${name[2]}/frames/${image.frame}/rendered`;
  const { window_center: center, window_width: width } = image;
  const hasWindow = typeof center === "number" && typeof width === "number" && width > 0;
  const window = hasWindow ? `&window=${center},${width},linear-exact` : "";
  return inConsult(consult, `${path}?viewport=${SIDE},${SIDE}${window}`);
}
