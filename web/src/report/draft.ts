/** A report while it is written. Pure. */

import type { Answer, ConsultDetail, Decision, KeyImage, ReportTemplate, Specialty, StudyStatus } from "../api/types";
import { EMPTY_NIHSS, fromWire, isUntouched, NIHSS_ITEMS, NIHSS_MAXIMA, openItems, toWire, type NihssScore } from "./nihss";

/** Key images of one report (`MAX_KEY_IMAGES` in `schemas/src/report.rs`). */
export const MAX_KEY_IMAGES = 12;
/** In the order of the form. */
export const DECISIONS: readonly Decision[] = ["treat_here", "transfer", "more_diagnostics", "no_action", "other"];
/** Characters of a caption, which is one line (`broker/src/domain/consult/fields.rs`). */
export const MAX_CAPTION = 200;

export interface Draft {
  /** Number of versions that it follows: 0 for the first report. */
  after: number;
  template: ReportTemplate;
  decision: Decision | null;
  recommendation: string;
  assessment: string;
  findings: string;
  limitations: string;
  nihss: NihssScore;
  keyImages: readonly KeyImage[];
  /** Why the version before is not enough. */
  reason: string;
}

export type DraftField = "decision" | "recommendation" | "assessment" | "nihss" | "key_images" | "reason";

const TEMPLATES: Record<Specialty, ReportTemplate> = {
  stroke_neurology: "stroke",
  neurosurgery: "neurosurgery",
  cardiology: "cardiology",
  radiology: "general",
};

/**
 * Where writing begins: an empty form for the first report, the current version for an amendment. Images that were found
 * to be another patient's since then stay behind.
 */
export function firstDraft(detail: ConsultDetail): Draft {
  const answer = detail.versions.at(-1)?.answer;
  return {
    after: detail.versions.length,
    template: answer?.template ?? TEMPLATES[detail.summary.service.specialty],
    decision: answer?.decision ?? null,
    recommendation: answer?.recommendation ?? "",
    assessment: answer?.assessment ?? "",
    findings: answer?.findings ?? "",
    limitations: answer?.limitations ?? "",
    nihss: fromWire(answer?.nihss),
    keyImages: (answer?.key_images ?? []).filter((image) => isAttached(image, detail.studies)),
    reason: "",
  };
}

/** Its study still is part of the consult. */
export const isAttached = (image: KeyImage, studies: readonly StudyStatus[]): boolean =>
  studies.some(({ id }) => id === image.study_id);

/** What keeps it from being signed, in the order of the form. `studies`: those of the consult. */
export function missingIn(draft: Draft, studies: readonly StudyStatus[]): DraftField[] {
  const isBlank = (text: string) => text.trim() === "";
  const missing: [boolean, DraftField][] = [
    [draft.after > 0 && isBlank(draft.reason), "reason"],
    [draft.decision === null, "decision"],
    [isBlank(draft.recommendation), "recommendation"],
    [isBlank(draft.assessment) && isBlank(draft.findings), "assessment"],
    [draft.template === "stroke" && !isUntouched(draft.nihss) && openItems(draft.nihss).length > 0, "nihss"],
    [draft.keyImages.some((image) => !isAttached(image, studies)), "key_images"],
  ];
  return missing.flatMap(([is, field]) => (is ? [field] : []));
}

/** The answer of a draft from which nothing is missing; `null` otherwise. */
export function answerOf(draft: Draft, studies: readonly StudyStatus[]): Answer | null {
  if (draft.decision === null || missingIn(draft, studies).length > 0) return null;
  return {
    template: draft.template,
    decision: draft.decision,
    recommendation: draft.recommendation.trim(),
    assessment: draft.assessment.trim(),
    findings: draft.findings.trim(),
    limitations: draft.limitations.trim(),
    nihss: draft.template === "stroke" ? toWire(draft.nihss) : null,
    key_images: draft.keyImages.map((image) => ({ ...image, caption: (image.caption ?? "").trim() })),
  };
}

/** The text with an outline behind it, unless its first line is there already. */
export function withOutline(text: string, outline: string): string {
  const first = outline.split("\n")[0] ?? "";
  if (text.includes(first)) return text;
  return text.trim() === "" ? outline : `${text.trimEnd()}\n\n${outline}`;
}

/** With the image at the end; the same draft when there is no room, or when the same image with the same marks is in. */
export function withKeyImage(draft: Draft, image: KeyImage): Draft {
  const same = (other: KeyImage) => JSON.stringify({ ...other, caption: "" }) === JSON.stringify({ ...image, caption: "" });
  if (draft.keyImages.length >= MAX_KEY_IMAGES || draft.keyImages.some(same)) return draft;
  return { ...draft, keyImages: [...draft.keyImages, image] };
}

/** With the image at `from` moved by `by` places. */
export function moved(images: readonly KeyImage[], from: number, by: number): readonly KeyImage[] {
  const to = from + by;
  const image = images[from];
  if (image === undefined || to < 0 || to >= images.length) return images;
  const rest = images.filter((_, i) => i !== from);
  return [...rest.slice(0, to), image, ...rest.slice(to)];
}

/** A draft as it was kept; `null` when it is none that this version understands. */
export function readDraft(text: string | null): Draft | null {
  let value: Partial<Draft> | null;
  try {
    value = JSON.parse(text ?? "null") as Partial<Draft> | null;
  } catch {
    return null;
  }
  if (value === null || typeof value !== "object") return null;
  const texts = [value.recommendation, value.assessment, value.findings, value.limitations, value.reason];
  const isWhole =
    Number.isInteger(value.after) &&
    typeof value.template === "string" &&
    texts.every((part) => typeof part === "string") &&
    Array.isArray(value.keyImages);
  return isWhole ? { ...(value as Draft), decision: value.decision ?? null, nihss: readScore(value.nihss) } : null;
}

function readScore(value: unknown): NihssScore {
  if (!Array.isArray(value)) return EMPTY_NIHSS;
  return NIHSS_ITEMS.map((_, i) => {
    const item: unknown = value[i];
    if (item === "untestable") return item;
    const fits = typeof item === "number" && Number.isInteger(item) && item >= 0 && item <= (NIHSS_MAXIMA[i] ?? 0);
    return fits ? item : "open";
  });
}
