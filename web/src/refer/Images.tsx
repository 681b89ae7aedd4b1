import { useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { ProgressBar } from "react-aria-components";
import { api } from "../api/client";
import { adopt, keys, useInbox } from "../api/query";
import type { ConsultDetail, StudyStatus } from "../api/types";
import { useTexts } from "../i18n";
import { failedItems, progressOf, type UploadQueue } from "../state/upload";
import { Banner, Button, ErrorView } from "../ui";
import { DetachButton, Detached } from "./Detach";
import { ImageIntake } from "./ImageIntake";
import { StudyLine } from "./StudyLine";
import { uploaderOf } from "./upload/Uploader";

/** Images of a consult: what is there, what is on its way, and where more come in. */
export function Images({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("refer");
  const client = useQueryClient();
  const uploader = uploaderOf(detail.summary.id);
  const { queue, waitingFor, stopped } = useSyncExternalStore(uploader.subscribe, uploader.state);
  const progress = progressOf(queue);
  const canAttach = detail.actions.includes("attach_study");
  const canDetach = detail.actions.includes("detach_study");
  return (
    <div className="stack">
      {detail.studies.map((study) => (
        <StudyLine key={study.id} study={study} isSending={progressOf(queue, study.study_instance_uid).open > 0}>
          {canDetach && <DetachButton detail={detail} study={study} />}
        </StudyLine>
      ))}
      {detail.studies.length === 0 && !canAttach && <p className="muted">{t("upload.none")}</p>}
      <Detached detail={detail} />
      {progress.total > 0 && (
        <>
          <ProgressBar className="progress" value={progress.sent} maxValue={progress.total} aria-label={t("upload.progressLabel")}>
            {({ percentage }) => (
              <>
                <div className="row spread">
                  <span>{t("upload.progressLabel")}</span>
                  <strong className="clock" data-testid="upload-progress">
                    {t("upload.progress", { ...progress })}
                  </strong>
                </div>
                <div className="progress-track">
                  <div className="progress-bar" style={{ width: `${percentage ?? 0}%` }} />
                </div>
              </>
            )}
          </ProgressBar>
          {waitingFor !== null && <Banner tone="warn">{t("upload.waiting")}</Banner>}
          {stopped !== null && (
            <Banner tone="danger" role="alert" actions={<Button onPress={() => uploader.retry()}>{t("upload.retry")}</Button>}>
              {t(`problem:${stopped}`)}
            </Banner>
          )}
          {progress.failed > 0 && <FailedObjects queue={queue} onRetry={() => uploader.retry()} />}
          {progress.sent === progress.total && <Banner tone="ok">{t("upload.done", { ...progress })}</Banner>}
        </>
      )}
      {canAttach && (
        <>
          <ImageIntake
            knownPatientId={detail.fields?.patient_id ?? null}
            onObjects={(objects) => {
              uploader.add(objects);
              void client.invalidateQueries({ queryKey: keys.consult(detail.summary.id) });
            }}
          />
          <Inbox detail={detail} />
        </>
      )}
    </div>
  );
}

function FailedObjects({ queue, onRetry }: { queue: UploadQueue; onRetry: () => void }) {
  const t = useTexts("refer");
  const failed = failedItems(queue);
  return (
    <Banner
      tone="danger"
      role="alert"
      title={t("upload.someFailed", { count: failed.length })}
      actions={<Button onPress={onRetry}>{t("upload.retry")}</Button>}
    >
      <details>
        <summary>{t("upload.details")}</summary>
        <ul className="failed-list">
          {failed.slice(0, 100).map((item) => (
            <li key={item.sopInstanceUid}>
              {item.name}: {t(`upload.reason.${item.reason ?? "refused"}`)}
            </li>
          ))}
        </ul>
      </details>
    </Banner>
  );
}

/** Studies that a scanner or PACS sent without saying for which consult. */
function Inbox({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("refer");
  const client = useQueryClient();
  const inbox = useInbox(true);
  const [error, setError] = useState<unknown>(null);
  const attached = new Set([...detail.studies, ...detail.detached].map((study) => study.id));
  const waiting = (inbox.data ?? []).filter((study) => !attached.has(study.id));
  if (waiting.length === 0) return null;
  const attach = async (study: StudyStatus) => {
    setError(null);
    try {
      adopt(client, await api.act(detail.summary.id, { type: "attach_study", study_id: study.id }));
      void client.invalidateQueries({ queryKey: keys.inbox });
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <div className="stack">
      <h3>{t("upload.inbox")}</h3>
      {error !== null && <ErrorView error={error} />}
      {waiting.map((study) => (
        <div key={study.id} className="inbox-row">
          <StudyLine study={study} isSending />
          <Button onPress={() => void attach(study)}>{t("upload.attach")}</Button>
        </div>
      ))}
    </div>
  );
}
