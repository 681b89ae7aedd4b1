import { useEffect, useRef, useState, type ReactNode } from "react";
import { asApiError } from "../api/problem";
import type { Urgency, WhenBusy } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Choice, Dialog, ErrorView, Field, Loading, useErrorText } from "../ui";
import { DryRunView } from "./DryRunView";
import { History } from "./History";
import { NumberField } from "./NumberField";
import "./policy.css";
import { Pools } from "./Pools";
import { StepCard } from "./StepCard";
import { added, changed, faultOf, moved, removed, withPolicy } from "./steps";
import "./texts";
import { usePolicies, type KeptService } from "./usePolicies";

const URGENCIES: readonly Urgency[] = ["emergency", "urgent", "elective"];
const BUSY: readonly WhenBusy[] = ["ring_anyway", "others_first"];

/** How a service asks its people: edited, tried out beside it, saved with a reason. */
export function PolicyDialog({ service, onClose }: { service: KeptService; onClose(): void }) {
  const t = useTexts("policy");
  const edited = usePolicies(service.id);
  const [urgency, setUrgency] = useState<Urgency>("emergency");
  const [note, setNote] = useState("");
  const [isHistory, setHistory] = useState(false);
  const { view, policies } = edited;
  const save = () => edited.save.mutate(note, { onSuccess: () => setNote("") });
  const actions = (
    <>
      <p role="status" className="policy-status" data-testid="policy-status">
        {edited.isChanged ? t("unsaved") : edited.save.isSuccess && t("saved")}
      </p>
      <Button variant="quiet" onPress={() => setHistory(true)} isDisabled={isHistory}>
        {t("history.open")}
      </Button>
      <Button variant="primary" onPress={save} isDisabled={!edited.isChanged} isPending={edited.save.isPending} data-testid="policy-save">
        {t("save")}
      </Button>
    </>
  );
  return (
    <Dialog title={t("title", { service: service.name })} look="drawer" isOpen onClose={onClose} actions={actions}>
      {view.isPending && <Loading />}
      {view.isError && <ErrorView error={view.error} onRetry={() => void view.refetch()} />}
      {edited.error !== null && (
        <InSight>
          <Refusal edited={edited} onShow={setUrgency} />
        </InSight>
      )}
      {isHistory && (
        <History
          service={service}
          onBack={() => setHistory(false)}
          onRestore={(revision) => edited.restore.mutate(revision, { onSuccess: () => setHistory(false) })}
        />
      )}
      {view.data && policies && !isHistory && (
        <div className="stack policy" data-testid="policy">
          <p className="muted">{t("about")}</p>
          <Choice<Urgency>
            label={t("urgency")}
            look="pills"
            value={urgency}
            onChange={setUrgency}
            options={URGENCIES.map((value) => ({ value, label: t(`common:urgency.${value}`) }))}
          />
          <DryRunView service={service} view={view.data} policies={policies} urgency={urgency} />
          <PolicyForm key={urgency} edited={edited} urgency={urgency} />
          <Pools view={view.data} policies={policies} onChange={edited.edit} />
          <Field label={t("note")} value={note} onChange={setNote} maxLength={200} />
        </div>
      )}
    </Dialog>
  );
}

type Edited = ReturnType<typeof usePolicies>;

function PolicyForm({ edited, urgency }: { edited: Edited; urgency: Urgency }) {
  const t = useTexts("policy");
  const { policies, view } = edited;
  if (!policies || !view.data) return null;
  const policy = policies[urgency];
  const { bounds, standard } = view.data;
  const edit = (next: typeof policy | undefined) => next && edited.edit(withPolicy(policies, urgency, next));
  return (
    <section className="stack" aria-labelledby="policy-steps">
      <div className="row spread">
        <h3 id="policy-steps">{t("steps")}</h3>
        <Button variant="quiet" onPress={() => edit(standard[urgency])}>
          {t("reset")}
        </Button>
      </div>
      <ol className="policy-list">
        {policy.steps.map((step, at) => (
          <StepCard
            // Fields hold what is half typed: a step that moves takes them along.
            key={`${at}/${policy.steps.length}`}
            view={view.data}
            pools={policies.pools}
            step={step}
            at={at}
            isLast={at === policy.steps.length - 1}
            before={policy.steps[at - 1]}
            onChange={(next) => edit(changed(policy, at, next))}
            onMove={(by) => edit(moved(policy, at, by))}
            onRemove={() => edit(removed(policy, at))}
          />
        ))}
      </ol>
      <div>
        <Button isDisabled={policy.steps.length >= bounds.max_steps} onPress={() => edit(added(policy))} data-testid="policy-add">
          {t("addStep")}
        </Button>
      </div>
      <NumberField label={t("rounds")} value={policy.rounds} min={1} max={bounds.max_rounds} onChange={(rounds) => edit({ ...policy, rounds })} />
      <Choice<WhenBusy>
        label={t("whenBusy")}
        look="pills"
        value={policy.when_busy}
        onChange={(when_busy) => edit({ ...policy, when_busy })}
        options={BUSY.map((value) => ({ value, label: t(`busy.${value}`) }))}
      />
    </section>
  );
}

/** The button that led here is at the foot, and this is at the head. */
function InSight({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  // In braces: newer browsers give a promise back, which is no clean-up.
  useEffect(() => {
    void place.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return <div ref={place}>{children}</div>;
}

/** What the server did not take, by its place in the form. */
function Refusal({ edited, onShow }: { edited: Edited; onShow(urgency: Urgency): void }) {
  const t = useTexts("policy");
  const errorText = useErrorText();
  if (edited.isOvertaken) {
    return (
      <Banner tone="warn" role="alert" actions={<Button onPress={edited.reload}>{t("reload")}</Button>}>
        {t("overtaken")}
      </Banner>
    );
  }
  const fault = faultOf(asApiError(edited.error)?.detail);
  if (!fault) {
    return (
      <Banner tone="danger" role="alert">
        {errorText(edited.error)}
      </Banner>
    );
  }
  const { urgency, step, field } = fault;
  const where = [...(urgency ? [t(`common:urgency.${urgency}`)] : []), ...(step ? [t("step", { n: step })] : []), t(`fault.${field}`)].join(", ");
  return (
    <Banner
      tone="danger"
      role="alert"
      actions={urgency && <Button onPress={() => onShow(urgency)}>{t(`common:urgency.${urgency}`)}</Button>}
    >
      {t("invalid", { where })}
    </Banner>
  );
}
