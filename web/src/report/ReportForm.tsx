import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { adopt, keys, useMe } from "../api/query";
import type { ConsultDetail, Decision, Me, ReportTemplate } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Choice, Dialog, Field, Loading } from "../ui";
import { Conflict } from "./Conflict";
import { answerOf, DECISIONS, missingIn, withOutline, type DraftField } from "./draft";
import { useDraft } from "./drafts";
import { Identity } from "./Identity";
import type { InRoom } from "./inRoom";
import { KeyImages } from "./KeyImages";
import type { KeyImageSource } from "./keyImages";
import { NihssFields } from "./NihssFields";
import { openItems } from "./nihss";
import "./report.css";
import { ShowInRoom } from "./ShowInRoom";
import { SignDialog } from "./SignDialog";
import "./texts";

const TEMPLATES: readonly ReportTemplate[] = ["stroke", "neurosurgery", "cardiology", "general"];

interface Props {
  detail: ConsultDetail;
  /** The images that are open beside the form. */
  keyImages?: KeyImageSource | undefined;
  /** The room in which it is written. */
  inRoom?: InRoom | undefined;
  /** Signed, or thrown away. */
  onDone?: (() => void) | undefined;
}

/**
 * The specialist's structured report (§ 4 Telekonsilien-Vereinbarung), or an amendment to it; the decision comes first,
 * because it is read first.
 */
export function ReportForm(props: Props) {
  const me = useMe();
  return me.data ? <Form {...props} me={me.data} /> : <Loading />;
}

function Form({ detail, keyImages, inRoom, onDone, me }: Props & { me: Me }) {
  const t = useTexts("report");
  const client = useQueryClient();
  const { draft, change, discard } = useDraft(detail, me.person.id);
  const [tried, setTried] = useState(false);
  const [dialog, setDialog] = useState<"sign" | "discard" | null>(null);
  const missing = new Set<DraftField>(tried ? missingIn(draft, detail.studies) : []);
  const answer = answerOf(draft, detail.studies);
  const isOvertaken = draft.after !== detail.versions.length;
  const items = openItems(draft.nihss).join(", ");
  const need = (field: DraftField) => (missing.has(field) ? t(`needs.${field}`, { items }) : null);

  const text = (name: "recommendation" | "assessment" | "findings", isRequired: boolean, description?: string) => (
    <Field
      label={t(name)}
      multiline
      rows={name === "assessment" ? 3 : 5}
      isRequired={isRequired}
      value={draft[name]}
      onChange={(value) => change({ [name]: value })}
      error={name === "findings" ? null : need(name)}
      {...(description === undefined ? {} : { description })}
    />
  );
  const outline = (name: "recommendation" | "findings") => {
    const { template } = draft;
    if (template === "general") return null;
    return (
      <Button
        variant="quiet"
        aria-label={`${t("outline")}: ${t(name)}`}
        onPress={() => change({ [name]: withOutline(draft[name], t(`outlines.${template}.${name}`)) })}
      >
        + {t("outline")}
      </Button>
    );
  };

  return (
    <div className="stack report-form" data-testid="report-form">
      {isOvertaken && <Conflict detail={detail} onGoOn={() => change({ after: detail.versions.length })} onDiscard={discard} />}
      {draft.after > 0 && (
        <Field
          label={t("reason")}
          description={t("reasonHint")}
          multiline
          rows={2}
          isRequired
          value={draft.reason}
          onChange={(reason) => change({ reason })}
          error={need("reason")}
        />
      )}
      <Choice<ReportTemplate>
        label={t("template")}
        look="pills"
        value={draft.template}
        onChange={(template) => change({ template })}
        options={TEMPLATES.map((value) => ({ value, label: t(`templates.${value}`) }))}
      />
      <Identity detail={detail} />
      <Choice<Decision>
        label={t("decision")}
        look="pills"
        isRequired
        value={draft.decision}
        onChange={(decision) => change({ decision })}
        error={need("decision")}
        options={DECISIONS.map((value) => ({ value, label: t(`common:decision.${value}`) }))}
      />
      <div className="report-field">
        {text("recommendation", true, t("recommendationHint"))}
        {outline("recommendation")}
      </div>
      {text("assessment", false)}
      <div className="report-field">
        {text("findings", false)}
        {outline("findings")}
      </div>
      {draft.template === "stroke" && (
        <NihssFields score={draft.nihss} onChange={(nihss) => change({ nihss })} error={need("nihss")} />
      )}
      <Field
        label={`${t("limitations")} (${t("common:optional")})`}
        multiline
        rows={2}
        value={draft.limitations}
        onChange={(limitations) => change({ limitations })}
        description={t("limitationsHint")}
      />
      <KeyImages detail={detail} draft={draft} change={change} source={keyImages} error={need("key_images")} />
      {inRoom && !isOvertaken && <ShowInRoom draft={draft} inRoom={inRoom} />}
      {missing.size > 0 && (
        <Banner tone="warn" role="alert" title={t("incomplete")}>
          <ul>
            {[...missing].map((field) => (
              <li key={field}>{t(`needs.${field}`, { items })}</li>
            ))}
          </ul>
        </Banner>
      )}
      <Button
        variant="primary"
        size="huge"
        block
        isDisabled={isOvertaken}
        onPress={() => {
          setTried(true);
          if (answer !== null) setDialog("sign");
        }}
      >
        {t("sign")}
      </Button>
      <div className="row spread">
        <p className="muted small">{t("draft")}</p>
        <Button variant="quiet" onPress={() => setDialog("discard")}>
          {t("discard")}
        </Button>
      </div>
      {dialog === "sign" && answer !== null && (
        <SignDialog
          detail={detail}
          me={me}
          answer={answer}
          after={draft.after}
          reason={draft.reason}
          onClose={() => setDialog(null)}
          onSigned={(signed) => {
            setDialog(null);
            setTried(false);
            discard();
            adopt(client, signed);
            onDone?.();
          }}
          onConflict={() => {
            setDialog(null);
            void client.invalidateQueries({ queryKey: keys.consult(detail.summary.id) });
          }}
        />
      )}
      <Dialog
        title={t("discardTitle")}
        role="alertdialog"
        isOpen={dialog === "discard"}
        onClose={() => setDialog(null)}
        actions={
          <>
            <Button onPress={() => setDialog(null)}>{t("common:cancel")}</Button>
            <Button
              variant="danger"
              onPress={() => {
                setDialog(null);
                setTried(false);
                discard();
                inRoom?.takeBack();
                onDone?.();
              }}
            >
              {t("discard")}
            </Button>
          </>
        }
      >
        <p>{t("discardText")}</p>
      </Dialog>
    </div>
  );
}
