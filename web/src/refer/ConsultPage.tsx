import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { serverNow } from "../api/clock";
import { asApiError } from "../api/problem";
import { adopt, keys, useConsult } from "../api/query";
import type { Action, CaseFields, ConsultDetail } from "../api/types";
import { AnswerView } from "../consult/AnswerView";
import { CaseView } from "../consult/CaseView";
import { Timeline } from "../consult/Timeline";
import { useTexts } from "../i18n";
import { changes, invalidFields } from "../state/fields";
import { Banner, Button, Dialog, ErrorView, Field, LinkButton, Loading, PhoneLink, UrgencyBadge } from "../ui";
import { CaseForm } from "./CaseForm";
import { Images } from "./Images";
import { Standing } from "./Standing";

/** One consult, from ringing to closing. */
export function ConsultPage({ id }: { id: string }) {
  const consult = useConsult(id);
  if (consult.isPending) return <Loading />;
  if (consult.isError && consult.data === undefined) {
    return <ErrorView error={consult.error} onRetry={() => void consult.refetch()} />;
  }
  return <Consult detail={consult.data} />;
}

/** Does an action, takes its answer, and says what is in the way. */
function useAction(id: string) {
  const client = useQueryClient();
  const [pending, setPending] = useState<Action["type"] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const act = async (action: Action): Promise<boolean> => {
    if (pending !== null) return false;
    setPending(action.type);
    setError(null);
    try {
      adopt(client, await api.act(id, action));
      return true;
    } catch (failure) {
      setError(failure);
      if (asApiError(failure)?.code === "wrong_state") void client.invalidateQueries({ queryKey: keys.consult(id) });
      return false;
    } finally {
      setPending(null);
    }
  };
  return { act, pending, error };
}

function Consult({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("refer");
  const { summary, actions } = detail;
  const { act, pending, error } = useAction(summary.id);
  const isOver = summary.state === "closed" || summary.state === "cancelled";
  return (
    <div className="consult">
      <div className="consult-head row">
        <LinkButton variant="quiet" href="#/">
          ‹ {t("common:back")}
        </LinkButton>
        <UrgencyBadge urgency={summary.urgency} />
        <h1>{summary.service.name}</h1>
        <span className="muted">{summary.label}</span>
      </div>
      <div className="consult-top stack">
        {error !== null && <ErrorView error={error} />}
        <Standing detail={detail} />
        {detail.answer && (
          <section className="card stack" aria-labelledby="answer-title">
            <h2 id="answer-title">{t("consult.answer")}</h2>
            <AnswerView signed={detail.answer} />
            {actions.includes("acknowledge") && (
              <div className="stack">
                <Button
                  variant="primary"
                  size="huge"
                  block
                  isPending={pending === "acknowledge"}
                  onPress={() => void act({ type: "acknowledge" })}
                >
                  {t("consult.acknowledge")}
                </Button>
                <p className="muted small">{t("consult.acknowledgeHint", { name: detail.answer.author.name })}</p>
              </div>
            )}
          </section>
        )}
      </div>
      <section className="consult-images card stack" aria-labelledby="images-title">
        <h2 id="images-title">{t("consult.images")}</h2>
        <Images detail={detail} />
      </section>
      <div className="consult-fields">
        <FieldsCard detail={detail} act={act} isPending={pending === "complete_fields"} />
      </div>
      <div className="consult-foot stack">
        <details className="card">
          <summary>
            <h2>{t("consult.history")}</h2>
          </summary>
          <Timeline entries={detail.timeline} />
        </details>
        <Ending detail={detail} act={act} pending={pending} />
      </div>
      {!isOver && (
        <div className="phone-bar">
          {summary.specialist?.phone && (
            <PhoneLink number={summary.specialist.phone} label={t("consult.phoneSpecialist", { name: summary.specialist.name })} />
          )}
          <PhoneLink
            number={summary.service.fallback_phone}
            label={t("consult.phoneService", { service: summary.service.name })}
          />
        </div>
      )}
    </div>
  );
}

interface ActProps {
  detail: ConsultDetail;
  act: (action: Action) => Promise<boolean>;
}

/** What is known of the case; while something is missing the form is open. */
function FieldsCard({ detail, act, isPending }: ActProps & { isPending: boolean }) {
  const t = useTexts("refer");
  const stored = detail.fields ?? {};
  const [edited, setEdited] = useState<CaseFields>({});
  const [isOpen, setOpen] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const canEdit = detail.actions.includes("complete_fields");
  const { missing } = detail.summary;
  const showForm = canEdit && (isOpen || missing.length > 0 || Object.keys(edited).length > 0);
  const merged = { ...stored, ...edited };
  const changed = changes(stored, edited);
  const isInvalid = Object.keys(invalidFields(edited, serverNow())).length > 0;
  const save = async () => {
    if (await act({ type: "complete_fields", fields: changed })) {
      setEdited({});
      setOpen(false);
      setSaved(true);
    }
  };
  return (
    <section className="card stack" aria-labelledby="fields-title">
      <div className="row spread">
        <h2 id="fields-title">{t("consult.fields")}</h2>
        {canEdit && !showForm && <Button onPress={() => setOpen(true)}>{t("consult.edit")}</Button>}
      </div>
      {missing.length > 0 ? (
        <Banner tone="warn" title={t("consult.missingTitle", { count: missing.length })}>
          {missing.map((field) => t(`common:field.${field}`)).join(", ")}.
          <br />
          {t("consult.missingHint")}
        </Banner>
      ) : (
        <p className="muted small">{t("consult.complete")}</p>
      )}
      {showForm ? (
        <>
          <CaseForm
            fields={merged}
            markMissing
            onChange={(change) => {
              setSaved(false);
              setEdited((old) => ({ ...old, ...change }));
            }}
          />
          <div className="row">
            <Button
              variant="primary"
              size="large"
              isPending={isPending}
              isDisabled={Object.keys(changed).length === 0 || isInvalid}
              onPress={() => void save()}
            >
              {t("consult.saveFields")}
            </Button>
            {isOpen && (
              <Button
                size="large"
                onPress={() => {
                  setEdited({});
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

/** Closing and cancelling: the two ways out, the second one asks first. */
function Ending({ detail, act, pending }: ActProps & { pending: Action["type"] | null }) {
  const t = useTexts("refer");
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const { actions, summary } = detail;
  const confirm = async () => {
    if (await act({ type: "cancel", reason: reason.trim() })) setAsking(false);
  };
  return (
    <>
      {actions.includes("close") && (
        <div className="stack">
          <Button size="large" block isPending={pending === "close"} onPress={() => void act({ type: "close" })}>
            {t("consult.close")}
          </Button>
          {summary.missing.length > 0 && <p className="muted small">{t("consult.closeMissing")}</p>}
        </div>
      )}
      {actions.includes("cancel") && (
        <Button variant="quiet" onPress={() => setAsking(true)}>
          {t("consult.cancel")}
        </Button>
      )}
      <Dialog
        title={t("consult.cancelTitle")}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        role="alertdialog"
        actions={
          <>
            <Button onPress={() => setAsking(false)}>{t("consult.cancelKeep")}</Button>
            <Button
              variant="danger"
              isDisabled={reason.trim() === ""}
              isPending={pending === "cancel"}
              onPress={() => void confirm()}
            >
              {t("consult.cancelConfirm")}
            </Button>
          </>
        }
      >
        <p>{t("consult.cancelText")}</p>
        <Field label={t("consult.cancelReason")} value={reason} onChange={setReason} isRequired />
      </Dialog>
    </>
  );
}
