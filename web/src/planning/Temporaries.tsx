import { useState } from "react";
import type { DutyLevel, FixedShift, PersonId, RotaPlan, TemporarySchedule } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { WallField } from "../rota/WallField";
import { addDays, formatWall, type WallDate } from "../rota/zoneTime";
import { Button, Choice, SelectField } from "../ui";
import { isTemporaryTaken, stretchFault, withTemporaries } from "./layers";

interface Props {
  plan: RotaPlan;
  known: readonly { id: PersonId; name: string }[];
  day: WallDate;
  zone: string;
  onEdit(plan: RotaPlan, sentence: string): void;
}

const LEVELS: readonly DutyLevel[] = ["primary", "secondary", "backup"];

/** For a while these duties are all there is at a level. */
export function Temporaries({ plan, known, day, zone, onEdit }: Props) {
  const t = useTexts("planning");
  const locale = localeOf(useLanguage());
  const [open, setOpen] = useState<number>();
  const temporaries = plan.temporaries ?? [];
  const edit = (next: readonly TemporarySchedule[], sentence: "added" | "changed" | "removed") => onEdit(withTemporaries(plan, next), t(`temporary.said.${sentence}`));
  const add = () => {
    edit([...temporaries, { level: "primary", from: `${day}T08:00:00`, until: `${addDays(day, 7)}T08:00:00`, shifts: [] }], "added");
    setOpen(temporaries.length);
  };
  return (
    <section className="stack" aria-labelledby="temporaries">
      <h4 id="temporaries">{t("temporary.title")}</h4>
      <p className="muted">{t("temporary.about")}</p>
      <ol className="planning-list">
        {temporaries.map((schedule, n) => (
          <li key={n} className="card stack">
            <div className="row spread">
              <strong>{t("temporary.one", { level: t(`common:duty.${schedule.level}`), from: formatWall(schedule.from, locale), until: formatWall(schedule.until, locale) })}</strong>
              <div className="row">
                <Button aria-expanded={open === n} onPress={() => setOpen(open === n ? undefined : n)}>
                  {open === n ? t("layers.close") : t("layers.edit")}
                </Button>
                <Button
                  variant="quiet"
                 
                  onPress={() => {
                    edit(temporaries.filter((_, at) => at !== n), "removed");
                    setOpen(undefined);
                  }}
                >
                  {t("temporary.remove")}
                </Button>
              </div>
            </div>
            {open === n && <Schedule taken={schedule} known={known} zone={zone} onChange={(next) => edit(temporaries.map((each, at) => (at === n ? next : each)), "changed")} />}
          </li>
        ))}
      </ol>
      <Button onPress={add}>{t("temporary.add")}</Button>
    </section>
  );
}

interface ScheduleProps {
  taken: TemporarySchedule;
  known: Props["known"];
  zone: string;
  onChange(schedule: TemporarySchedule): void;
}

function Schedule({ taken, known, zone, onChange }: ScheduleProps) {
  const t = useTexts("planning");
  const [schedule, setSchedule] = useState(taken);
  const set = (change: Partial<TemporarySchedule>) => {
    const next = { ...schedule, ...change };
    setSchedule(next);
    if (isTemporaryTaken(next)) onChange(next);
  };
  const error = (of: { from: string; until: string }) => {
    const fault = stretchFault(of);
    return fault ? t(`temporary.error.${fault}`) : null;
  };
  const put = (n: number, change: Partial<FixedShift>) => set({ shifts: schedule.shifts.map((each, at) => (at === n ? { ...each, ...change } : each)) });
  // The next one begins where the last one ends.
  const last = schedule.shifts.at(-1)?.until ?? schedule.from;
  const until = `${addDays(last.slice(0, 10), 1)}${last.slice(10)}`;
  return (
    <div className="stack">
      <Choice<DutyLevel>
        label={t("layers.level")}
        look="pills"
        value={schedule.level}
        onChange={(level) => set({ level })}
        options={LEVELS.map((value) => ({ value, label: t(`common:duty.${value}`) }))}
      />
      <div className="planning-fields">
        <WallField label={t("temporary.from")} value={schedule.from} onChange={(from) => set({ from })} zone={zone} />
        <WallField label={t("temporary.until")} value={schedule.until} onChange={(until) => set({ until })} zone={zone} error={error(schedule)} />
      </div>
      {schedule.shifts.map((shift, n) => (
        <fieldset key={n} className="planning-fields">
          <legend className="field-label">{t("temporary.shift", { n: n + 1 })}</legend>
          <SelectField
            label={t("temporary.person")}
            placeholder={t("temporary.choose")}
            value={shift.person}
            onChange={(person) => put(n, { person })}
            options={known.map(({ id, name }) => ({ value: id, label: name }))}
          />
          <WallField label={t("temporary.from")} value={shift.from} onChange={(from) => put(n, { from })} zone={zone} />
          <WallField label={t("temporary.until")} value={shift.until} onChange={(until) => put(n, { until })} zone={zone} error={error(shift)} />
          <Button variant="quiet" onPress={() => set({ shifts: schedule.shifts.filter((_, at) => at !== n) })}>
            {t("temporary.removeShift")}
          </Button>
        </fieldset>
      ))}
      <Button onPress={() => set({ shifts: [...schedule.shifts, { person: "", from: last, until }] })}>{t("temporary.addShift")}</Button>
    </div>
  );
}
