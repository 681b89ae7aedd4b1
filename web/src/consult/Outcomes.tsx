import { useState } from "react";
import type { ConsultDetail, ConsultId, OutcomeCourse } from "../api/types";
import { useTexts } from "../i18n";
import { diagnosisOf, outcomeOf, type Diagnosis } from "../state/closeOut";
import { Button, Choice, Field, Instant } from "../ui";
import { ActDialog } from "./ActDialog";
import "./consult.css";
import "./texts";
import { useAct } from "./useAct";

const COURSES: readonly OutcomeCourse[] = ["recovered", "improved", "unchanged", "worse", "died"];
const DIAGNOSES: readonly Diagnosis[] = ["confirmed", "refuted", "unknown"];

/** How it went on with the patient: told by the requesting house, read by the specialist. */
export function Outcomes({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("consult");
  const { outcomes } = detail;
  const canFeedBack = detail.actions.includes("feed_back");
  if (outcomes.length === 0 && !canFeedBack) return null;
  return (
    <section className="card stack" aria-labelledby="outcome-title">
      <h2 id="outcome-title">{t("outcome.heading")}</h2>
      {outcomes.length === 0 && <p className="muted">{t("outcome.none")}</p>}
      <ul className="stack">
        {outcomes.map((outcome, index) => (
          <li key={index}>
            <strong>{t(`outcome.courses.${outcome.course}`)}</strong>
            {diagnosisOf(outcome) !== "unknown" && (
              <>
                {" · "}
                {t("outcome.diagnosis")}: {t(`outcome.diagnoses.${diagnosisOf(outcome)}`)}
              </>
            )}
            {outcome.at !== undefined && outcome.at > 0 && (
              <span className="muted small">
                {" · "}
                <Instant at={outcome.at} />
              </span>
            )}
            {outcome.note && <p className="answer-text">{outcome.note}</p>}
          </li>
        ))}
      </ul>
      {canFeedBack && <FeedBackAction id={detail.summary.id} />}
    </section>
  );
}

function FeedBackAction({ id }: { id: ConsultId }) {
  const t = useTexts("consult");
  const work = useAct(id);
  const [isOpen, setOpen] = useState(false);
  const [course, setCourse] = useState<OutcomeCourse | null>(null);
  const [diagnosis, setDiagnosis] = useState<Diagnosis>("unknown");
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const close = () => {
    setOpen(false);
    setTried(false);
    work.clear();
  };
  const send = async () => {
    setTried(true);
    if (course === null) return;
    if (await work.act({ type: "feed_back", outcome: outcomeOf(course, diagnosis, note) })) {
      setCourse(null);
      setDiagnosis("unknown");
      setNote("");
      close();
    }
  };
  return (
    <div>
      <Button onPress={() => setOpen(true)}>{t("outcome.open")}</Button>
      <ActDialog
        title={t("outcome.title")}
        isOpen={isOpen}
        onClose={close}
        work={work}
        confirm={t("outcome.send")}
        onConfirm={() => void send()}
      >
        <p className="muted">{t("outcome.hint")}</p>
        <Choice<OutcomeCourse>
          label={t("outcome.course")}
          look="pills"
          isRequired
          value={course}
          onChange={setCourse}
          error={tried && course === null ? t("outcome.missing") : null}
          options={COURSES.map((value) => ({ value, label: t(`outcome.courses.${value}`) }))}
        />
        <Choice<Diagnosis>
          label={t("outcome.diagnosis")}
          look="pills"
          value={diagnosis}
          onChange={setDiagnosis}
          options={DIAGNOSES.map((value) => ({ value, label: t(`outcome.diagnoses.${value}`) }))}
        />
        <Field label={`${t("outcome.note")} (${t("common:optional")})`} multiline value={note} onChange={setNote} maxLength={1000} />
      </ActDialog>
    </div>
  );
}
