import type { SignedAnswer } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatInstant } from "../state/time";
import { useNow } from "../ui";
import "./consult.css";

/** The signed answer as a document: the decision first. */
export function AnswerView({ signed }: { signed: SignedAnswer }) {
  const t = useTexts("common");
  const locale = localeOf(useLanguage());
  const now = useNow();
  const { answer, author } = signed;
  const limitations = answer.limitations?.trim() ?? "";
  return (
    <article className="answer">
      <p className="answer-decision">
        <span className="answer-label">{t("answer.decision")}</span>
        <strong>{t(`decision.${answer.decision}`)}</strong>
      </p>
      <Section label={t("answer.recommendation")} text={answer.recommendation} />
      <Section label={t("answer.assessment")} text={answer.assessment} />
      <Section label={t("answer.findings")} text={answer.findings} />
      {limitations !== "" && <Section label={t("answer.limitations")} text={limitations} />}
      <p className="muted small">
        {t("answer.signedBy", {
          name: author.name,
          hospital: author.hospital,
          time: formatInstant(signed.signed_at, now, locale),
        })}
      </p>
    </article>
  );
}

function Section({ label, text }: { label: string; text: string }) {
  return (
    <section>
      <h3 className="answer-label">{label}</h3>
      <p className="answer-text">{text}</p>
    </section>
  );
}
