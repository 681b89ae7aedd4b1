import { useId } from "react";
import type { DutyWindow, OnHolidays } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatDate } from "../rota/zoneTime";
import { Button, Checks, Choice, Field, SelectField } from "../ui";
import { newWindow } from "./layers";

interface Props {
  windows: readonly DutyWindow[];
  /** By window. */
  errors: readonly (string | null)[];
  onChange(windows: DutyWindow[]): void;
}

const DAYS = ["1", "2", "3", "4", "5", "6", "7"] as const;
const HOLIDAYS: readonly OnHolidays[] = ["as_weekday", "not", "also"];
const WEEKS = [1, 2, 3, 4, 5, 6] as const;
/** A Monday: dates from it on name the days of the week. */
const MONDAY = "2026-01-05";

/** When a rotation counts: weekdays and times, what a holiday is, and in which weeks. */
export function LayerWindows({ windows, errors, onChange }: Props) {
  const t = useTexts("planning");
  const put = (n: number, change: Partial<DutyWindow>) => onChange(windows.map((each, at) => (at === n ? { ...each, ...change } : each)));
  return (
    <section className="stack" aria-labelledby="layer-windows">
      <h4 id="layer-windows">{t("layers.windows")}</h4>
      {windows.length === 0 && <p className="muted">{t("layers.windowsHelp")}</p>}
      {windows.map((window, n) => (
        <WindowFields key={n} n={n} window={window} error={errors[n] ?? null} onChange={(change) => put(n, change)} onRemove={() => onChange(windows.filter((_, at) => at !== n))} />
      ))}
      <Button onPress={() => onChange([...windows, newWindow()])}>{t("layers.addWindow")}</Button>
    </section>
  );
}

interface WindowProps {
  n: number;
  window: DutyWindow;
  error: string | null;
  onChange(change: Partial<DutyWindow>): void;
  onRemove(): void;
}

function WindowFields({ n, window, error, onChange, onRemove }: WindowProps) {
  const t = useTexts("planning");
  const locale = localeOf(useLanguage());
  const { days, from, until, on_holidays, weeks } = window;
  const nameOf = (day: string) => formatDate(`${MONDAY.slice(0, 8)}${String(4 + Number(day)).padStart(2, "0")}`, locale, { weekday: "short" });
  const every = weeks?.every ?? 1;
  return (
    <fieldset className="card stack">
      <legend className="field-label">{t("layers.window", { n: n + 1 })}</legend>
      <Checks
        label={t("layers.days")}
        isShort
        value={days.map((day) => String(day) as (typeof DAYS)[number])}
        onChange={(chosen) => onChange({ days: chosen.map(Number) })}
        options={DAYS.map((value) => ({ value, label: nameOf(value) }))}
        error={error}
      />
      <div className="planning-fields">
        <TimeField label={t("layers.from")} value={from} onChange={(from) => onChange({ from })} />
        <TimeField label={t("layers.until")} value={until} onChange={(until) => onChange({ until })} hint={until <= from ? t("layers.nextDay") : ""} />
        <SelectField
          label={t("layers.every")}
          placeholder={t("layers.everyOne")}
          value={String(every)}
          onChange={(value) => onChange({ weeks: Number(value || 1) === 1 ? null : { every: Number(value), from: weeks?.from ?? MONDAY } })}
          options={WEEKS.map((value) => ({ value: String(value), label: value === 1 ? t("layers.everyOne") : t("layers.everyN", { n: value }) }))}
        />
        {weeks && <Field label={t("layers.weekOf")} type="date" value={weeks.from} onChange={(from) => from !== "" && onChange({ weeks: { ...weeks, from } })} />}
      </div>
      <Choice<OnHolidays>
        label={t("layers.holidays")}
        look="pills"
        value={on_holidays ?? "as_weekday"}
        onChange={(on_holidays) => onChange({ on_holidays })}
        options={HOLIDAYS.map((value) => ({ value, label: t(`layers.onHolidays.${value}`) }))}
      />
      <Button variant="quiet" onPress={onRemove}>
        {t("layers.removeWindow", { n: n + 1 })}
      </Button>
    </fieldset>
  );
}

interface TimeProps {
  label: string;
  value: string;
  hint?: string;
  onChange(value: string): void;
}

/** A time of day on the wall. */
function TimeField({ label, value, hint = "", onChange }: TimeProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <input id={id} className="input" type="time" value={value.slice(0, 5)} aria-describedby={`${id}-hint`} onChange={(event) => onChange(event.target.value === "" ? "" : `${event.target.value.slice(0, 5)}:00`)} />
      <span id={`${id}-hint`} className="field-description">
        {hint}
      </span>
    </div>
  );
}
