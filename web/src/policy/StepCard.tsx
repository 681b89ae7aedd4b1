import type { TFunction } from "i18next";
import type { PoliciesView, PolicyPool, PolicyStep, PolicyTarget } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Check, Choice, SelectField } from "../ui";
import { NumberField } from "./NumberField";
import { keyOf, targetOf } from "./steps";

interface Props {
  view: PoliciesView;
  pools: readonly PolicyPool[];
  step: PolicyStep;
  /** From 0. */
  at: number;
  isLast: boolean;
  /** Of the step before it; absent for the first one. */
  before: PolicyStep | undefined;
  onChange(step: PolicyStep): void;
  onMove(by: -1 | 1): void;
  onRemove(): void;
}

/** The usual ones; a larger number that is stored shows as well. */
const BEST = [1, 2, 3];

/** One step: who rings, how long, and whether beside the one before. */
export function StepCard({ view, pools, step, at, isLast, before, onChange, onMove, onRemove }: Props) {
  const t = useTexts("policy");
  const { bounds } = view;
  const n = at + 1;
  const used = new Set(step.targets.map(keyOf));
  const free = choices(view, pools).filter((target) => !used.has(keyOf(target)));
  const rings = step.targets.some(({ type }) => type !== "coordinator");
  const beside = step.beside_after ?? null;
  return (
    <li className="policy-step" data-testid="policy-step">
      <fieldset className="stack">
        <legend className="policy-legend">{t("step", { n })}</legend>
        <div className="row policy-tools">
          <Button variant="quiet" isDisabled={at === 0} aria-label={t("up", { n })} onPress={() => onMove(-1)}>
            <span aria-hidden="true">↑</span>
          </Button>
          <Button variant="quiet" isDisabled={isLast} aria-label={t("down", { n })} onPress={() => onMove(1)}>
            <span aria-hidden="true">↓</span>
          </Button>
          <Button variant="quiet" aria-label={t("removeStep", { n })} onPress={onRemove}>
            <span aria-hidden="true">×</span>
          </Button>
        </div>
        <ul className="policy-targets" aria-label={t("who")}>
          {step.targets.map((target) => {
            const who = wordsOf(t, target, view, pools);
            return (
              <li key={keyOf(target)} className="policy-target">
                <span>{who}</span>
                {step.targets.length > 1 && (
                  <Button
                    variant="quiet"
                    aria-label={t("removeTarget", { who, n })}
                    onPress={() => onChange({ ...step, targets: step.targets.filter((each) => keyOf(each) !== keyOf(target)) })}
                  >
                    <span aria-hidden="true">×</span>
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
        <SelectField
          label={t("addTarget")}
          placeholder={t("choose")}
          value=""
          isDisabled={step.targets.length >= bounds.max_targets}
          options={free.map((target) => ({ value: keyOf(target), label: wordsOf(t, target, view, pools) }))}
          onChange={(key) => {
            const target = targetOf(key);
            if (target) onChange({ ...step, targets: [...step.targets, target] });
          }}
        />
        {rings && (
          <NumberField
            label={t("ringSeconds")}
            value={step.ring_seconds}
            min={bounds.min_ring_seconds}
            max={bounds.max_ring_seconds}
            onChange={(ring_seconds) => onChange({ ...step, ring_seconds })}
          />
        )}
        {before && (
          <>
            <Choice<"after" | "beside">
              label={t("begins")}
              look="pills"
              value={beside === null ? "after" : "beside"}
              onChange={(how) =>
                onChange({ ...step, beside_after: how === "after" ? null : Math.min(10, before.ring_seconds - 1) })
              }
              options={[
                { value: "after", label: t("beginsAfter") },
                { value: "beside", label: t("beginsBeside") },
              ]}
            />
            {beside !== null && (
              <NumberField
                label={t("besideAfter")}
                value={beside}
                min={0}
                max={before.ring_seconds - 1}
                onChange={(beside_after) => onChange({ ...step, beside_after })}
              />
            )}
          </>
        )}
        {rings && (
          <Check
            label={t("awake")}
            hint={t("awakeHint")}
            isSelected={Boolean(step.awake_minutes)}
            onChange={(on) => onChange({ ...step, awake_minutes: on ? 15 : null })}
          />
        )}
        {rings && step.awake_minutes && (
          <NumberField
            label={t("awakeMinutes")}
            value={step.awake_minutes}
            min={bounds.min_awake_minutes}
            max={bounds.max_awake_minutes}
            onChange={(awake_minutes) => onChange({ ...step, awake_minutes })}
          />
        )}
      </fieldset>
    </li>
  );
}

function choices(view: PoliciesView, pools: readonly PolicyPool[]): PolicyTarget[] {
  return [
    { type: "duty", value: "primary" },
    { type: "duty", value: "secondary" },
    { type: "duty", value: "backup" },
    { type: "all_eligible" },
    ...BEST.map((value): PolicyTarget => ({ type: "best", value })),
    { type: "coordinator" },
    ...pools.map(({ id }): PolicyTarget => ({ type: "pool", value: id })),
    ...view.people.map(({ id }): PolicyTarget => ({ type: "person", value: id })),
  ];
}

function wordsOf(t: TFunction, target: PolicyTarget, view: PoliciesView, pools: readonly PolicyPool[]): string {
  switch (target.type) {
    case "duty":
      return t("target.duty", { duty: t(`common:duty.${target.value}`) });
    case "best":
      return t("target.best", { n: target.value });
    case "all_eligible":
      return t("target.all_eligible");
    case "coordinator":
      return t("target.coordinator");
    case "person":
      return t("target.person", { name: view.people.find(({ id }) => id === target.value)?.name ?? t("target.gone") });
    case "pool":
      return t("target.pool", { name: pools.find(({ id }) => id === target.value)?.name ?? t("target.gone") });
  }
}
