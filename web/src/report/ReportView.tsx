import { reportPdf } from "../api/client";
import type { ConsultDetail, SignedAnswer } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatInstant } from "../state/time";
import { LinkButton, useNow } from "../ui";
import { fromWire, nihssSum, NIHSS_ITEMS, untestable } from "./nihss";
import { DecisionBox, KeyGallery, Section } from "./Parts";
import "./report.css";
import "./texts";

/** The signed report: the valid version as a document, the decision first; its file; the versions before. */
export function ReportView({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("report");
  const signed = detail.answer;
  if (!signed) return null;
  const earlier = detail.versions.filter((version) => version.version !== signed.version).toReversed();
  return (
    <article className="report stack" data-testid="report">
      <Document detail={detail} signed={signed} />
      <div className="row spread">
        <Signature signed={signed} />
        <PdfLink detail={detail} version={signed.version} label={t("view.pdf")} />
      </div>
      {earlier.length > 0 && (
        <section className="stack" aria-labelledby="versions-title">
          <h3 id="versions-title">{t("view.versions")}</h3>
          <p className="row spread">
            <strong>
              {t("view.version", { version: signed.version })} · {t("view.current")}
            </strong>
            <span>{t("view.reason", { reason: signed.reason })}</span>
          </p>
          {earlier.map((version) => (
            <details key={version.version} className="report-version">
              <summary>
                {t("view.version", { version: version.version })} · {t("view.superseded")}
              </summary>
              <div className="stack">
                {version.reason !== "" && <p>{t("view.reason", { reason: version.reason })}</p>}
                <Document detail={detail} signed={version} />
                <div className="row spread">
                  <Signature signed={version} />
                  <PdfLink
                    detail={detail}
                    version={version.version}
                    label={t("view.pdfOf", { version: version.version })}
                  />
                </div>
              </div>
            </details>
          ))}
        </section>
      )}
    </article>
  );
}

function PdfLink({ detail, version, label }: { detail: ConsultDetail; version: number; label: string }) {
  const t = useTexts("report");
  return (
    <LinkButton href={reportPdf(detail.summary.id, version)} target="_blank" rel="noopener" data-testid={`pdf-${version}`}>
      {label}
      <span className="visually-hidden"> ({t("view.newTab")})</span>
    </LinkButton>
  );
}

function Signature({ signed }: { signed: SignedAnswer }) {
  const t = useTexts("report");
  const locale = localeOf(useLanguage());
  const now = useNow();
  const { name, hospital } = signed.author;
  return (
    <p className="muted small">
      {t("view.signed", { name, hospital, time: formatInstant(signed.signed_at, now, locale) })}
    </p>
  );
}

function Document({ detail, signed }: { detail: ConsultDetail; signed: SignedAnswer }) {
  const t = useTexts("report");
  const { answer } = signed;
  return (
    <div className="stack">
      <DecisionBox text={t(`common:decision.${answer.decision}`)} />
      <Section label={t("recommendation")} text={answer.recommendation} />
      <Section label={t("assessment")} text={answer.assessment} />
      <Section label={t("findings")} text={answer.findings} />
      {answer.nihss && <NihssLine answer={answer} />}
      <Section label={t("limitations")} text={answer.limitations ?? ""} />
      <KeyGallery detail={detail} images={answer.key_images ?? []} />
    </div>
  );
}

function NihssLine({ answer }: { answer: SignedAnswer["answer"] }) {
  const t = useTexts("report");
  const score = fromWire(answer.nihss);
  const [sum, count] = [nihssSum(score), untestable(score)];
  return (
    <details className="report-nihss">
      <summary>
        {t("nihss.title")}: {count > 0 ? t("nihss.sumUntestable", { sum, count }) : t("nihss.sum", { sum })}
      </summary>
      <dl className="nihss-list">
        {NIHSS_ITEMS.map((item, i) => (
          <div key={item}>
            <dt>{t(`nihss.items.${item}`)}</dt>
            <dd>{score[i] === "untestable" ? t("nihss.untestable") : score[i]}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
