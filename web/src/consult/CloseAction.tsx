import { useState } from "react";
import type { Answered, ChangedCourse, CloseOut, ConsultDetail, Quality, TransferOutcome } from "../api/types";
import { useTexts } from "../i18n";
import { closeOutOf, whyMissing, type CloseOutDraft } from "../state/closeOut";
import { Banner, Button, Choice, Field } from "../ui";
import { ActDialog } from "./ActDialog";
import "./consult.css";
import "./texts";
import { useAct } from "./useAct";

const ANSWERED: readonly Answered[] = ["yes", "partly", "no"];
const CHANGED: readonly ChangedCourse[] = ["new_course", "confirmed", "not_followed"];
const TRANSFER: readonly TransferOutcome[] = ["avoided", "transferred", "never_considered"];
const QUALITY: readonly Quality[] = ["good", "impaired", "failed"];

/**
 * Closes with the four close-out questions; while fields of § 3(2) are missing, they or a reason are needed. After an
 * amendment the answers of the first close stand there already. `onComplete` leads to the form, for who may complete it.
 */
export function CloseAction({ detail, onComplete }: { detail: ConsultDetail; onComplete?: () => void }) {
  const t = useTexts("consult");
  const { summary } = detail;
  const work = useAct(summary.id);
  const [isOpen, setOpen] = useState(false);
  const [draft, setDraft] = useState<CloseOutDraft>({ ...detail.close_out, note: detail.close_out?.note ?? "" });
  const [because, setBecause] = useState(detail.missing_because ?? "");
  const [tried, setTried] = useState(false);
  const closeOut = closeOutOf(draft);
  const isMissing = summary.missing.length > 0;
  const missingBecause = whyMissing(summary.missing, because);
  const needsReason = isMissing && missingBecause === "";
  const close = () => {
    setOpen(false);
    work.clear();
  };
  const confirm = async () => {
    setTried(true);
    if (closeOut === null || needsReason) return;
    if (await work.act({ type: "close", close_out: closeOut, missing_because: missingBecause })) close();
  };
  const change = (part: Partial<CloseOutDraft>) => setDraft((old) => ({ ...old, ...part }));
  return (
    <>
      <Button onPress={() => setOpen(true)} size={onComplete ? "large" : "normal"} block={onComplete !== undefined}>
        {t("closing.open")}
      </Button>
      <ActDialog
        title={t("closing.title")}
        isOpen={isOpen}
        onClose={close}
        work={work}
        confirm={t("closing.confirm")}
        onConfirm={() => void confirm()}
      >
        {isMissing && (
          <>
            <Banner
              tone="warn"
              actions={
                onComplete && (
                  <Button
                    onPress={() => {
                      close();
                      onComplete();
                    }}
                  >
                    {t("closing.complete")}
                  </Button>
                )
              }
            >
              {t("closing.missing", {
                count: summary.missing.length,
                fields: summary.missing.map((field) => t(`common:field.${field}`)).join(", "),
              })}
            </Banner>
            <Field
              label={t("closing.missingBecause")}
              value={because}
              onChange={setBecause}
              maxLength={500}
              description={t("closing.missingBecauseHint")}
              error={tried && needsReason ? t("closing.becauseMissing") : null}
            />
          </>
        )}
        <p>{t("closing.intro")}</p>
        <Choice<Answered>
          label={t("closing.question_answered")}
          look="pills"
          value={draft.question_answered ?? null}
          onChange={(question_answered) => change({ question_answered })}
          options={ANSWERED.map((value) => ({ value, label: t(`answered.${value}`) }))}
        />
        <Choice<ChangedCourse>
          label={t("closing.changed_course")}
          look="pills"
          value={draft.changed_course ?? null}
          onChange={(changed_course) => change({ changed_course })}
          options={CHANGED.map((value) => ({ value, label: t(`changed.${value}`) }))}
        />
        <Choice<TransferOutcome>
          label={t("closing.transfer")}
          look="pills"
          value={draft.transfer ?? null}
          onChange={(transfer) => change({ transfer })}
          options={TRANSFER.map((value) => ({ value, label: t(`transferred.${value}`) }))}
        />
        <Choice<Quality>
          label={t("closing.quality")}
          look="pills"
          value={draft.quality ?? null}
          onChange={(quality) => change({ quality })}
          options={QUALITY.map((value) => ({ value, label: t(`quality.${value}`) }))}
        />
        <Field
          label={`${t("closing.note")} (${t("common:optional")})`}
          value={draft.note}
          onChange={(note) => change({ note })}
          maxLength={500}
        />
        {tried && closeOut === null && (
          <p className="field-error" role="alert">
            {t("closing.unanswered")}
          </p>
        )}
      </ActDialog>
    </>
  );
}

/** The four answers, to read. */
export function CloseOutView({ closeOut }: { closeOut: CloseOut }) {
  const t = useTexts("consult");
  const rows = [
    [t("closing.question_answered"), t(`answered.${closeOut.question_answered}`)],
    [t("closing.changed_course"), t(`changed.${closeOut.changed_course}`)],
    [t("closing.transfer"), t(`transferred.${closeOut.transfer}`)],
    [t("closing.quality"), t(`quality.${closeOut.quality}`)],
    [t("closing.note"), closeOut.note ?? ""],
  ].filter(([, value]) => value !== "");
  return (
    <section className="card stack" aria-labelledby="close-out-title">
      <h2 id="close-out-title">{t("closing.summary")}</h2>
      <dl className="facts">
        {rows.map(([label, value]) => (
          <div key={label} className="fact">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
