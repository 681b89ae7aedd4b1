/**
 * Drafts of answers, kept in this page's memory alone: they are patient data, and a phone or shared PC must not keep
 * them. Switching between consults keeps a draft; leaving the page loses it, after a warning.
 */

import { useEffect, useSyncExternalStore } from "react";
import type { Answer, ConsultId, Decision } from "../api/types";

export interface Draft {
  findings: string;
  assessment: string;
  recommendation: string;
  limitations: string;
  decision: Decision | null;
}

export const EMPTY_DRAFT: Draft = { findings: "", assessment: "", recommendation: "", limitations: "", decision: null };

export type DraftField = "findings" | "assessment" | "recommendation";

/** What keeps a draft from being signed. */
export function missingInDraft(draft: Draft): (DraftField | "decision")[] {
  const blank = (["recommendation", "assessment", "findings"] as const).filter((name) => draft[name].trim() === "");
  return draft.decision === null ? ["decision", ...blank] : [...blank];
}

/** The answer of a draft from which nothing is missing; `null` otherwise. */
export function answerOf(draft: Draft): Answer | null {
  if (draft.decision === null || missingInDraft(draft).length > 0) return null;
  return {
    findings: draft.findings.trim(),
    assessment: draft.assessment.trim(),
    recommendation: draft.recommendation.trim(),
    limitations: draft.limitations.trim(),
    decision: draft.decision,
  };
}

const drafts = new Map<ConsultId, Draft>();
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function set(id: ConsultId, draft: Draft | null) {
  if (draft === null) drafts.delete(id);
  else drafts.set(id, draft);
  for (const listener of listeners) listener();
}

export function useDraft(id: ConsultId): { draft: Draft; change: (part: Partial<Draft>) => void; discard: () => void } {
  const draft = useSyncExternalStore(subscribe, () => drafts.get(id) ?? EMPTY_DRAFT);
  return {
    draft,
    change: (part) => set(id, { ...(drafts.get(id) ?? EMPTY_DRAFT), ...part }),
    discard: () => set(id, null),
  };
}

/** Asks before the page is left while a draft has words in it. */
export function useDraftWarning(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      const hasWords = [...drafts.values()].some((draft) =>
        [draft.findings, draft.assessment, draft.recommendation, draft.limitations].some((text) => text.trim() !== ""),
      );
      if (hasWords) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, []);
}
