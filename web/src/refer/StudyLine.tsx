import type { ReactNode } from "react";
import type { StudyStatus } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatDicomDate } from "../state/time";
// Shown in the room too.
import "./texts";

/** Modality, description and date of a study, as far as they are known. */
export function useStudyTitle(): (study: StudyStatus) => string {
  const t = useTexts("refer");
  const locale = localeOf(useLanguage());
  return (study) =>
    [study.modalities.join(", "), study.description, study.study_date && formatDicomDate(study.study_date, locale)]
      .filter(Boolean)
      .join(" · ") || t("upload.study");
}

export interface StudyLineProps {
  study: StudyStatus;
  isSending: boolean;
  children?: ReactNode;
}

/** What a study is and how much of it is there. */
export function StudyLine({ study, isSending, children }: StudyLineProps) {
  const t = useTexts("refer");
  const title = useStudyTitle()(study);
  const declared = study.declared ?? null;
  const rest = declared === null ? 0 : Math.max(0, declared - study.received);
  return (
    <div className={`study${rest === 0 && declared !== null ? " is-complete" : ""}`}>
      <strong>{title}</strong>
      <span className="clock">
        {declared === null
          ? t("upload.studyUnknown", { received: study.received })
          : rest === 0
            ? `✓ ${t("upload.studyComplete", { received: study.received, declared })}`
            : t("upload.studyPart", { received: study.received, declared, rest })}
      </span>
      {rest > 0 && !isSending && <span className="muted small study-hint">{t("upload.studyResume")}</span>}
      {children}
    </div>
  );
}
