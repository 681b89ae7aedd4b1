import type { DutyLevel, PlanningFacts, RotaView } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Checks, Choice, Instant, SelectField, useNow } from "../ui";
import type { Choices } from "./proposal/facts";
import { PATTERNS, type Pattern } from "./proposal/pattern";

interface Props {
  view: RotaView;
  facts: PlanningFacts;
  choices: Choices;
  onChange(choices: Choices): void;
  before: number;
  onBefore(months: number): void;
  seconds: number;
  onSeconds(seconds: number): void;
  /** Duties that these choices would fill. */
  shifts: number;
  /** What went wrong the last time. */
  problem: string | undefined;
  onStart(): void;
}

const LEVELS: readonly DutyLevel[] = ["primary", "secondary", "backup"];
const options = (of: readonly number[], label: (n: number) => string) => of.map((n) => ({ value: String(n), label: label(n) }));

/** What should be planned, for whom and by which rules. */
export function ProposalChoices({ view, facts, choices, onChange, before, onBefore, seconds, onSeconds, shifts, problem, onStart }: Props) {
  const t = useTexts("planning");
  const isOpen = facts.until > useNow();
  const wishesOf = (id: string) => facts.people.find(({ person }) => person === id)?.wishes.length ?? 0;
  const set = (change: Partial<Choices>) => onChange({ ...choices, ...change });
  const rule = (change: Partial<Choices["rules"]>) => set({ rules: { ...choices.rules, ...change } });
  const hint = ({ person, qualified, has_contract }: RotaView["people"][number]) =>
    [!qualified && t("proposal.unqualified"), !has_contract && t("proposal.noContract"), wishesOf(person.id) > 0 && t("proposal.wishes", { count: wishesOf(person.id) })].filter(Boolean).join(" · ");
  const missing = choices.levels.length === 0 ? t("proposal.noLevels") : shifts === 0 ? t("proposal.noShifts") : choices.people.length === 0 ? t("proposal.noPeople") : undefined;
  return (
    <>
      {problem !== undefined && (
        <Banner tone="danger" role="alert">
          {problem}
        </Banner>
      )}
      {isOpen && (
        <Banner tone="warn">
          {t("proposal.stillOpen")} <Instant at={facts.until} zone={view.service.zone} />
        </Banner>
      )}
      <Choice<Pattern>
        label={t("proposal.pattern")}
        look="pills"
        value={choices.pattern}
        onChange={(pattern) => set({ pattern })}
        options={PATTERNS.map((value) => ({ value, label: t(`proposal.patterns.${value}`) }))}
      />
      <Checks<DutyLevel>
        label={t("proposal.levels")}
        isShort
        value={choices.levels}
        onChange={(levels) => set({ levels })}
        options={LEVELS.map((value) => ({ value, label: t(`common:duty.${value}`) }))}
      />
      <Checks
        label={t("proposal.people")}
        value={choices.people}
        onChange={(people) => set({ people })}
        options={view.people.map((of) => ({ value: of.person.id, label: of.person.name, ...(hint(of) !== "" && { hint: hint(of) }) }))}
      />
      <div className="planning-fields">
        <SelectField
          label={t("proposal.inARow")}
          placeholder={String(choices.rules.inARow)}
          value={String(choices.rules.inARow)}
          onChange={(n) => n !== "" && rule({ inARow: Number(n) })}
          options={options([1, 2, 3, 4, 5, 6, 7], String)}
        />
        <SelectField
          label={t("proposal.spacing")}
          placeholder={String(choices.rules.spacing)}
          value={String(choices.rules.spacing)}
          onChange={(n) => n !== "" && rule({ spacing: Number(n) })}
          options={options([0, 1, 2, 3, 4, 5, 6, 7], String)}
        />
        <SelectField
          label={t("proposal.before")}
          placeholder={t("proposal.months", { count: before })}
          value={String(before)}
          onChange={(n) => n !== "" && onBefore(Number(n))}
          options={options([0, 1, 3, 6, 12], (count) => t("proposal.months", { count }))}
        />
        <SelectField
          label={t("proposal.seconds")}
          placeholder={t("proposal.secondsOf", { count: seconds })}
          value={String(seconds)}
          onChange={(n) => n !== "" && onSeconds(Number(n))}
          options={options([10, 30, 60, 120], (count) => t("proposal.secondsOf", { count }))}
        />
      </div>
      {missing !== undefined && <Banner tone="warn">{missing}</Banner>}
      <div className="row planning-foot">
        <Button variant="primary" isDisabled={missing !== undefined} onPress={onStart} data-testid="proposal-start">
          {t("proposal.start")}
        </Button>
      </div>
    </>
  );
}
