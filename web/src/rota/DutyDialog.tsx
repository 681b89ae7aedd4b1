import { useState } from "react";
import type { DutyLevel, RotaPlan, RotaView } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Banner, Button, Choice, Dialog, SelectField } from "../ui";
import { assign, changed, isWritten, release } from "./edits";
import { dutyDay, rowsOf, type Bar } from "./grid";
import { handOverOf } from "./handOver";
import { WallField } from "./WallField";
import { formatDate, formatWall } from "./zoneTime";

/** A place in the month, and the duty that lies there. */
export interface DutyWish {
  readonly person: string;
  readonly date: string;
  readonly bar: Bar | undefined;
}

interface Props {
  view: RotaView;
  plan: RotaPlan;
  wish: DutyWish;
  onEdit(plan: RotaPlan, sentence: string): void;
  onAway(person: string, day: string): void;
  onClose(): void;
}

const LEVELS: readonly DutyLevel[] = ["primary", "secondary", "backup"];

/** Who is on duty, from when until when: everything that a hand can draw, in words. */
export function DutyDialog({ view, plan, wish, onEdit, onAway, onClose }: Props) {
  const t = useTexts("rota");
  const locale = localeOf(useLanguage());
  const { bar, date } = wish;
  const [person, setPerson] = useState(wish.person);
  const [level, setLevel] = useState<DutyLevel>(bar?.level ?? "primary");
  const whole = dutyDay(date, handOverOf(plan));
  const [from, setFrom] = useState(bar?.from ?? whole.from);
  const [until, setUntil] = useState(bar?.until ?? whole.until);
  const rows = rowsOf(view).filter((each) => each.plannable || each.person.id === wish.person);
  const chosen = rows.find((each) => each.person.id === person);
  const name = chosen?.person.name ?? "";
  const isWhole = from !== "" && until > from;
  const to = { level, from, until };
  const next = bar ? changed(plan, bar, person, to) : assign(plan, person, to);
  const save = () => next && onEdit(next, t("said.put", { name, duty: t(`common:duty.${level}`), day: formatWall(from, locale) }));
  return (
    <Dialog
      title={t("duty.title", { day: formatDate(date, locale, { weekday: "long", day: "numeric", month: "long" }) })}
      isOpen
      onClose={onClose}
      actions={
        <>
          {bar && isWritten(plan, bar) && (
            <Button onPress={() => onEdit(release(plan, bar), t("said.released", { duty: t(`common:duty.${bar.level}`) }))}>
              {t("duty.release")}
            </Button>
          )}
          <Button onPress={() => onAway(person, date)}>{t("absence.add")}</Button>
          <Button variant="primary" isDisabled={!isWhole || !next || !chosen?.plannable} onPress={save} data-testid="duty-save">
            {t("duty.save")}
          </Button>
        </>
      }
    >
      <div className="stack">
        <SelectField
          label={t("person")}
          placeholder={name}
          value={person}
          onChange={(id) => id !== "" && setPerson(id)}
          options={rows.map(({ person: { id, name: label }, plannable }) => ({
            value: id,
            label: plannable?.qualified ? label : `${label} (${t(plannable ? "unqualified" : "gone")})`,
          }))}
        />
        <Choice<DutyLevel>
          label={t("duty.level")}
          look="pills"
          value={level}
          onChange={setLevel}
          options={LEVELS.map((value) => ({ value, label: t(`common:duty.${value}`) }))}
        />
        <WallField label={t("from")} value={from} onChange={setFrom} zone={view.service.zone} />
        <WallField
          label={t("until")}
          value={until}
          onChange={setUntil}
          zone={view.service.zone}
          error={isWhole ? null : t("duty.endsBefore")}
        />
        {isWhole && !next && <Banner tone="warn">{t("said.fromRotation")}</Banner>}
      </div>
    </Dialog>
  );
}
