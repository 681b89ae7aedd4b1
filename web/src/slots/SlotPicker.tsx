import { useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import type { AppointmentSlot, SlotList } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { wallOf } from "../rota/zoneTime";
import { Button, EmptyState } from "../ui";
import { byDay, firstInTime, isLate, slotKey } from "./slots";
import "./slots.css";
import "./texts";

/** Days shown at first. More is a wall of buttons on a phone; less hides what everybody else can do next week. */
const DAYS = 5;

export interface SlotPickerProps {
  list: SlotList;
  /** When an answer is needed at the latest. */
  deadline: number | null;
  value: AppointmentSlot | null;
  onChange: (slot: AppointmentSlot) => void;
}

/** Free times by day. Times are those of the service's zone. */
export function SlotPicker({ list, deadline, value, onChange }: SlotPickerProps) {
  const t = useTexts("slots");
  const [isWhole, setWhole] = useState(false);
  const days = byDay(list.slots, list.zone);
  if (days.length === 0) return <EmptyState title={t("pick.none")}>{t("pick.noneHint")}</EmptyState>;
  const first = firstInTime(list.slots, deadline);
  const hidden = isWhole ? [] : days.slice(DAYS);
  const choose = (key: string) => {
    const slot = list.slots.find((each) => slotKey(each) === key);
    if (slot) onChange(slot);
  };
  return (
    <div className="stack">
      <RadioGroup className="slots" value={value && slotKey(value)} onChange={choose} validationBehavior="aria">
        <Label className="field-label">{t("pick.label")}</Label>
        {(isWhole ? days : days.slice(0, DAYS)).map((day) => (
          <div key={day.date} className="slot-day">
            <DayHead date={day.date} />
            <div className="slot-times">
              {day.slots.map((slot) => (
                <SlotButton key={slotKey(slot)} slot={slot} zone={list.zone} isFirst={slot === first} isLate={isLate(slot, deadline)} />
              ))}
            </div>
          </div>
        ))}
      </RadioGroup>
      {hidden.length > 0 && <Button onPress={() => setWhole(true)}>{t("pick.more", { count: hidden.length })}</Button>}
    </div>
  );
}

function DayHead({ date }: { date: string }) {
  const locale = localeOf(useLanguage());
  return <h3 className="slot-date">{dayName(date, locale)}</h3>;
}

function SlotButton({ slot, zone, isFirst, isLate: late }: { slot: AppointmentSlot; zone: string; isFirst: boolean; isLate: boolean }) {
  const t = useTexts("slots");
  return (
    <Radio value={slotKey(slot)} className={`slot${isFirst ? " is-first" : ""}${late ? " is-late" : ""}`}>
      <span className="slot-time">{wallOf(slot.start, zone).slice(11, 16)}</span>
      <span className="slot-person">{slot.person.name}</span>
      {isFirst && <span className="slot-note">{t("pick.first")}</span>}
      {late && <span className="slot-note">{t("pick.late")}</span>}
    </Radio>
  );
}

/** `2026-11-24` as "Dienstag, 24. November". */
export function dayName(date: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  return format.format(Date.parse(`${date}T00:00:00Z`));
}
