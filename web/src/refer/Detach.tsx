import { useQueryClient } from "@tanstack/react-query";
import { keys } from "../api/query";
import type { ConsultDetail, StudyStatus } from "../api/types";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { Button, ErrorView } from "../ui";
import { StudyLine, useStudyTitle } from "./StudyLine";
import { dropUpload } from "./upload/Uploader";

/** Another patient's images go at once, because every second somebody may look at them; the way back stands below. */
export function DetachButton({ detail, study }: { detail: ConsultDetail; study: StudyStatus }) {
  const t = useTexts("refer");
  const title = useStudyTitle()(study);
  const client = useQueryClient();
  const work = useAct(detail.summary.id);
  const detach = async () => {
    if (await work.act({ type: "detach_study", study_id: study.id, reason: "" })) {
      dropUpload(detail.summary.id, study.study_instance_uid);
      void client.invalidateQueries({ queryKey: keys.inbox });
    }
  };
  return (
    <div className="study-hint">
      <Button
        variant="quiet"
        aria-label={t("upload.detachFor", { study: title })}
        isPending={work.pending !== null}
        onPress={() => void detach()}
      >
        {t("upload.detach")}
      </Button>
      {work.error !== null && <ErrorView error={work.error} />}
    </div>
  );
}

/** What was taken out, each with its undo. */
export function Detached({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("refer");
  const titleOf = useStudyTitle();
  const work = useAct(detail.summary.id);
  const canUndo = detail.actions.includes("attach_study");
  const { detached } = detail;
  return (
    <div role="status">
      {detached.length > 0 && (
        <div className="stack detached">
          <div>
            <h3>{t("upload.detached")}</h3>
            <p className="muted small">{t("upload.detachedHint")}</p>
          </div>
          {work.error !== null && <ErrorView error={work.error} />}
          {detached.map((study) => (
            <StudyLine key={study.id} study={study} isSending>
              {canUndo && (
                <Button
                  className="study-undo"
                  aria-label={t("upload.undoFor", { study: titleOf(study) })}
                  isDisabled={work.pending !== null}
                  onPress={() => void work.act({ type: "attach_study", study_id: study.id })}
                >
                  {t("upload.undo")}
                </Button>
              )}
            </StudyLine>
          ))}
        </div>
      )}
    </div>
  );
}
