import { useState } from "react";
import type { PlanningFacts, RotaPlan, RotaView } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatDate, type WallDate } from "../rota/zoneTime";
import { Button, Dialog, ErrorView, Loading } from "../ui";
import { problemOf, usualPeople, written, type Choices } from "./proposal/facts";
import { RULES } from "./proposal/model";
import { ProposalChoices } from "./ProposalChoices";
import { ProposalResult } from "./ProposalResult";
import { ProposalSearch } from "./ProposalSearch";
import "./texts";
import { useFacts } from "./useFacts";
import { useProposal } from "./useProposal";

interface Props {
  view: RotaView;
  plan: RotaPlan;
  days: readonly WallDate[];
  /** With a sentence for those who do not see it. */
  onEdit(plan: RotaPlan, sentence: string): void;
  onClose(): void;
}

/** Months before that are evened out unless somebody chooses others: more than a season remembers long illnesses for ever. */
const BEFORE = 3;
/** Seconds: twenty people with two levels take about five. */
const SECONDS = 30;

/** What should be planned, the search, and what it found with reasons: into the draft, for a person to change. */
export function ProposalDialog({ view, plan, days, onEdit, onClose }: Props) {
  const t = useTexts("planning");
  const locale = localeOf(useLanguage());
  const [before, setBefore] = useState(BEFORE);
  const facts = useFacts(view.service.id, days[0] ?? "", before);
  return (
    <Dialog title={t("proposal.title", { month: formatDate(days[0] ?? "", locale, { month: "long", year: "numeric" }) })} isOpen onClose={onClose} look="drawer">
      <div className="stack planning" data-testid="proposal">
        <p className="muted">{t("proposal.about")}</p>
        {facts.isPending && <Loading />}
        {facts.isError && <ErrorView error={facts.error} onRetry={() => void facts.refetch()} />}
        {facts.data && <Steps view={view} plan={plan} days={days} facts={facts.data} before={before} onBefore={setBefore} onEdit={onEdit} onClose={onClose} />}
      </div>
    </Dialog>
  );
}

interface StepsProps extends Props {
  facts: PlanningFacts;
  before: number;
  onBefore(months: number): void;
}

function Steps({ view, plan, days, facts, before, onBefore, onEdit, onClose }: StepsProps) {
  const t = useTexts("planning");
  const { state, start, stop, reset } = useProposal();
  const [choices, setChoices] = useState<Choices>(() => ({
    pattern: plan.layers.length > 0 ? "layers" : "daily",
    levels: (["primary", "secondary", "backup"] as const).filter((level) => level === "primary" || plan.layers.some((layer) => layer.level === level)),
    people: usualPeople({ view, plan, facts }),
    rules: RULES,
  }));
  const [seconds, setSeconds] = useState(SECONDS);
  const problem = problemOf({ view, plan, facts, days }, choices);
  if (state.at === "work") return <ProposalSearch {...state} onStop={stop} onCancel={reset} />;
  if (state.at === "done") {
    const { found } = state;
    const filled = found.assignment.filter((who) => who !== undefined).length;
    const open = found.assignment.length - filled;
    return (
      <>
        <ProposalResult found={found} />
        <div className="row planning-foot">
          <Button onPress={reset}>{t("proposal.again")}</Button>
          <Button
            variant="primary"
            isDisabled={filled === 0}
            onPress={() => {
              onEdit(written(plan, found.instance, found.assignment), t("proposal.taken", { filled, open }));
              onClose();
            }}
            data-testid="proposal-take"
          >
            {t("proposal.take")}
          </Button>
        </div>
      </>
    );
  }
  return (
    <ProposalChoices
      view={view}
      facts={facts}
      choices={choices}
      onChange={setChoices}
      before={before}
      onBefore={onBefore}
      seconds={seconds}
      onSeconds={setSeconds}
      shifts={problem.shifts.length}
      problem={state.at === "failed" ? t("proposal.failed") : state.at === "nothing" ? t("proposal.found") : undefined}
      onStart={() => void start(problem, seconds)}
    />
  );
}
