import type { StudyStatus } from "../api/types";
import { useTexts } from "../i18n";

/** What a study is and how much of it has arrived. */
export function StudyLine({ study }: { study: StudyStatus }) {
  const t = useTexts("oncall");
  const title = [study.modalities.join(", "), study.description].filter(Boolean).join(" · ");
  return (
    <li className="row spread">
      <strong>{title}</strong>
      <span className="clock muted">
        {study.declared
          ? t("consult.imagesPart", { received: study.received, declared: study.declared })
          : t("consult.imagesCount", { received: study.received })}
      </span>
    </li>
  );
}
