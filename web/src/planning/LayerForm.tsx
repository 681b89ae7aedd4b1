import { useId, useState } from "react";
import type { DutyKind, DutyLevel, PersonId, RotaLayer, TurnLength } from "../api/types";
import { useTexts } from "../i18n";
import { Check, Choice, Field, SelectField } from "../ui";
import { WallField } from "../rota/WallField";
import { addDays } from "../rota/zoneTime";
import { cycleOf, faultsOf, isTaken, type Wrong } from "./layers";
import { LayerWindows } from "./LayerWindows";
import { PeopleOrder } from "./PeopleOrder";

interface Props {
  layer: RotaLayer;
  known: readonly { id: PersonId; name: string }[];
  zone: string;
  onChange(layer: RotaLayer): void;
}

const LEVELS: readonly DutyLevel[] = ["primary", "secondary", "backup"];
const KINDS: readonly DutyKind[] = ["on_call", "on_site", "exclusive"];
const UNITS = ["hours", "days", "weeks", "cycle"] as const;
type Unit = (typeof UNITS)[number];

/** A rotation, field by field. What can be taken goes into the draft at once; what cannot says why at its field. */
export function LayerForm({ layer: taken, known, zone, onChange }: Props) {
  const t = useTexts("planning");
  const words = useTexts("rota");
  // What stands in the fields, also while it cannot be taken.
  const [layer, setLayer] = useState(taken);
  const [cycle, setCycle] = useState(taken.turn.unit === "cycle" ? taken.turn.n.join(", ") : "96, 72");
  const faults = faultsOf(layer);
  const text = (wrong: Wrong | undefined) => (wrong ? t(`layers.error.${wrong.text}`, wrong.values) : null);
  const set = (change: Partial<RotaLayer>) => {
    const next = { ...layer, ...change };
    setLayer(next);
    if (isTaken(faultsOf(next))) onChange(next);
  };
  const turn = (unit: Unit, n: number): TurnLength => (unit === "cycle" ? { unit, n: cycleOf(cycle) } : { unit, n });
  const count = layer.turn.unit === "cycle" ? 1 : layer.turn.n;
  return (
    <div className="stack" data-testid="layer-form">
      <Choice<DutyLevel>
        label={t("layers.level")}
        look="pills"
        value={layer.level}
        onChange={(level) => set({ level })}
        options={LEVELS.map((value) => ({ value, label: t(`common:duty.${value}`) }))}
      />
      <Choice<DutyKind>
        label={t("layers.kind")}
        look="pills"
        value={layer.kind ?? "on_call"}
        onChange={(kind) => set({ kind })}
        options={KINDS.map((value) => ({ value, label: words(`kind.${value}`) }))}
      />
      <PeopleOrder people={layer.people} known={known} error={text(faults.people)} onChange={(people) => set({ people })} />
      <div className="planning-fields">
        <WallField label={t("layers.start")} value={layer.start} onChange={(start) => set({ start })} zone={zone} error={text(faults.start)} />
        <SelectField<Unit>
          label={t("layers.turn")}
          placeholder={t(`layers.unit.${layer.turn.unit}`)}
          value={layer.turn.unit}
          onChange={(unit) => unit !== "" && set({ turn: turn(unit, 1) })}
          options={UNITS.map((value) => ({ value, label: t(`layers.unit.${value}`) }))}
        />
        {layer.turn.unit === "cycle" ? (
          <Field
            label={t("layers.cycle")}
            value={cycle}
            onChange={(value) => {
              setCycle(value);
              set({ turn: { unit: "cycle", n: cycleOf(value) } });
            }}
            error={text(faults.turn)}
          />
        ) : (
          <NumberField label={t("layers.count")} value={count} onChange={(n) => set({ turn: turn(layer.turn.unit, n) })} error={text(faults.turn)} />
        )}
      </div>
      <LayerWindows windows={layer.windows ?? []} errors={faults.windows.map(text)} onChange={(windows) => set({ windows })} />
      <Check label={t("layers.ends")} isSelected={Boolean(layer.end)} onChange={(ends) => set({ end: ends ? `${addDays(layer.start.slice(0, 10), 28)}${layer.start.slice(10)}` : null })} />
      {layer.end && <WallField label={t("layers.end")} value={layer.end} onChange={(end) => set({ end })} zone={zone} error={text(faults.end)} />}
    </div>
  );
}

interface NumberProps {
  label: string;
  value: number;
  onChange(value: number): void;
  error: string | null;
}

/** A whole number; an empty field is none. */
export function NumberField({ label, value, onChange, error }: NumberProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className="input"
        type="number"
        min={1}
        step={1}
        value={Number.isNaN(value) ? "" : value}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-error`}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      <span id={`${id}-error`} className="field-error">
        {error}
      </span>
    </div>
  );
}
