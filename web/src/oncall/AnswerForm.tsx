import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { adopt } from "../api/query";
import type { ConsultDetail, ConsultId, Decision } from "../api/types";
import { registerTexts, useTexts } from "../i18n";
import { Button, Choice, ErrorView, Field } from "../ui";
import { answerOf, missingInDraft, useDraft, useDraftWarning } from "./drafts";
import { de, en } from "./texts";

// The room shows this form too and has not loaded the on-call app's texts.
registerTexts("oncall", de, en);

const DECISIONS: readonly Decision[] = ["treat_here", "transfer", "more_diagnostics", "no_action", "other"];

/** The specialist's structured answer (§ 4 Telekonsilien-Vereinbarung); the decision comes first, because it is read first. */
export function AnswerForm({ id, onSigned }: { id: ConsultId; onSigned?: (detail: ConsultDetail) => void }) {
  const t = useTexts("oncall");
  const client = useQueryClient();
  const { draft, change, discard } = useDraft(id);
  const [tried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useDraftWarning();
  const missing = new Set(tried ? missingInDraft(draft) : []);

  const sign = async () => {
    setTried(true);
    const answer = answerOf(draft);
    if (answer === null || isPending) return;
    setPending(true);
    setError(null);
    try {
      const detail = await api.act(id, { type: "submit_answer", answer });
      discard();
      adopt(client, detail);
      onSigned?.(detail);
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };

  const text = (name: "recommendation" | "assessment" | "findings", description?: string) => (
    <Field
      label={t(`form.${name}`)}
      multiline
      rows={3}
      isRequired
      value={draft[name]}
      onChange={(value) => change({ [name]: value })}
      error={missing.has(name) ? t("form.missing") : null}
      {...(description === undefined ? {} : { description })}
    />
  );

  return (
    <div className="stack answer-form">
      <Choice<Decision>
        label={t("form.decision")}
        look="pills"
        isRequired
        value={draft.decision}
        onChange={(decision) => change({ decision })}
        error={missing.has("decision") ? t("form.missingDecision") : null}
        options={DECISIONS.map((value) => ({ value, label: t(`common:decision.${value}`) }))}
      />
      {text("recommendation", t("form.recommendationHint"))}
      {text("assessment")}
      {text("findings")}
      <Field
        label={`${t("form.limitations")} (${t("common:optional")})`}
        multiline
        rows={2}
        value={draft.limitations}
        onChange={(limitations) => change({ limitations })}
        description={t("form.limitationsHint")}
      />
      {error !== null && <ErrorView error={error} />}
      <p className="muted small">{t("form.memory")}</p>
      <Button variant="primary" size="huge" block isPending={isPending} onPress={() => void sign()}>
        {t("form.sign")}
      </Button>
    </div>
  );
}
