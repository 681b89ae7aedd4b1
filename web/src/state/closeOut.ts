/** The close-out questions and the outcome while they are being filled in. Pure. */

import type { CloseOut, Outcome, OutcomeCourse } from "../api/types";

export type CloseOutDraft = Partial<Omit<CloseOut, "note">> & { note: string };

/** The answers once all four are there; `null` before. */
export function closeOutOf(draft: CloseOutDraft): CloseOut | null {
  const { question_answered, changed_course, transfer, quality } = draft;
  if (!question_answered || !changed_course || !transfer || !quality) return null;
  return { question_answered, changed_course, transfer, quality, note: draft.note.trim() };
}

/** Why details are missing. Once none is, the reason of an earlier close has become untrue. */
export function whyMissing(missing: readonly string[], because: string | null | undefined): string {
  return missing.length > 0 ? (because ?? "").trim() : "";
}

/** What the requester knows of the suspected diagnosis. */
export type Diagnosis = "confirmed" | "refuted" | "unknown";

export function outcomeOf(course: OutcomeCourse, diagnosis: Diagnosis, note: string): Outcome {
  return { course, diagnosis_confirmed: diagnosis === "unknown" ? null : diagnosis === "confirmed", note: note.trim() };
}

export function diagnosisOf(outcome: Outcome): Diagnosis {
  const confirmed = outcome.diagnosis_confirmed ?? null;
  return confirmed === null ? "unknown" : confirmed ? "confirmed" : "refuted";
}
