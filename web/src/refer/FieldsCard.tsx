import { useState } from "react";
import { serverNow } from "../api/clock";
import type { CaseFields, ConsultDetail } from "../api/types";
import { CaseView } from "../consult/CaseView";
import type { Act } from "../consult/useAct";
import { useTexts } from "../i18n";
import { changes, invalidFields } from "../state/fields";
import { Banner, Button } from "../ui";
import { CaseForm } from "./CaseForm";

export interface FieldsCardProps {
  detail: ConsultDetail;
  work: Act;
  /** What was entered and not sent; the page keeps it, because a request takes it along. */
  edited: CaseFields;
  onEdit: (change: CaseFields) => void;
  onDiscard: () => void;
}

/** What is known of the case; while something is missing the form is open. */
export function FieldsCard({ detail, work, edited, onEdit, onDiscard }: FieldsCardProps) {
  const t = useTexts("refer");
  const stored = detail.fields ?? {};
  const [isOpen, setOpen] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const canEdit = detail.actions.includes("complete_fields");
  const { missing } = detail.summary;
  const showForm = canEdit && (isOpen || missing.length > 0 || Object.keys(edited).length > 0);
  const changed = changes(stored, edited);
  const isInvalid = Object.keys(invalidFields(edited, serverNow())).length > 0;
  const save = async () => {
    if (await work.act({ type: "complete_fields", fields: changed })) {
      onDiscard();
      setOpen(false);
      setSaved(true);
    }
  };
  return (
    <section className="card stack" aria-labelledby="fields-title" id="fields">
      <div className="row spread">
        <h2 id="fields-title">{t("consult.fields")}</h2>
        {canEdit && !showForm && <Button onPress={() => setOpen(true)}>{t("consult.edit")}</Button>}
      </div>
      {missing.length > 0 ? (
        <Banner tone="warn" title={t("consult.missingTitle", { count: missing.length })}>
          {missing.map((field) => t(`common:field.${field}`)).join(", ")}.
          {canEdit && (
            <>
              <br />
              {t("consult.missingHint")}
            </>
          )}
        </Banner>
      ) : (
        <p className="muted small">{t("consult.complete")}</p>
      )}
      {showForm ? (
        <>
          <CaseForm
            fields={{ ...stored, ...edited }}
            markMissing
            onChange={(change) => {
              setSaved(false);
              onEdit(change);
            }}
          />
          <div className="row">
            <Button
              variant="primary"
              size="large"
              isPending={work.pending === "complete_fields"}
              isDisabled={Object.keys(changed).length === 0 || isInvalid}
              onPress={() => void save()}
            >
              {t("consult.saveFields")}
            </Button>
            {isOpen && (
              <Button
                size="large"
                onPress={() => {
                  onDiscard();
                  setOpen(false);
                }}
              >
                {t("common:cancel")}
              </Button>
            )}
          </div>
        </>
      ) : (
        detail.fields && <CaseView fields={detail.fields} />
      )}
      <p role="status" className="muted small">
        {isSaved ? t("consult.saved") : ""}
      </p>
    </section>
  );
}
