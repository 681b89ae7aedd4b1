import { useId } from "react";
import type { ConsultDetail } from "../../api/types";
import { useTexts } from "../../i18n";
import { DecisionBox, KeyGallery, Section } from "../../report/Parts";
import { Instant } from "../../ui";
import type { Shown } from "./results";
import "./shown.css";

/** What the specialist shows, until the report is signed. */
export function ShownSection({ detail, shown }: { detail: ConsultDetail; shown: Shown }) {
  const t = useTexts("room");
  const id = useId();
  const { author, revision, content, isSigned, isVerified, isQuoted } = shown;
  return (
    <section className="shown stack" aria-labelledby={id} data-testid="shown">
      <h3 id={id}>{t("shown.title")}</h3>
      <p className="muted small">
        <strong>{author.name}</strong>
        {isQuoted && ` ${t("chat.passedOn")}`}
        {!isVerified && ` ${t("chat.gone")}`} · <Instant at={revision} />
        {isVerified && !isSigned && ` · ${t("shown.unsigned")}`}
      </p>
      <p className="shown-draft">{t("shown.notReport")}</p>
      {content ? (
        <>
          <DecisionBox text={content.decision === null ? t("shown.undecided") : t(`common:decision.${content.decision}`)} />
          <Section label={t("report:recommendation")} text={content.recommendation} />
          <KeyGallery detail={detail} images={content.keyImages} />
        </>
      ) : (
        <p role="status">{t("shown.arriving")}</p>
      )}
    </section>
  );
}
