import { useRef, useState, type KeyboardEvent } from "react";
import type { WishKind, WishLimits } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { addDays, formatDate, weekdayOf, type WallDate } from "../rota/zoneTime";
import { Check, Choice } from "../ui";
import "./texts";
import "./planning.css";
import { daysFrom, KINDS, left, MARKS, put, weeksOf, type Wishes } from "./wishes";

interface Props {
  days: readonly WallDate[];
  wishes: Wishes;
  limits: WishLimits;
  isClosed: boolean;
  onChange(wishes: Wishes): void;
  /** Announced. */
  onSay(sentence: string, isRefusal: boolean): void;
}

/** A blank keeps the height of a day. */
const markOf = (kind: WishKind | undefined) => (kind ? MARKS[kind] : "\u00a0");

type Brush = WishKind | "erase";

/** A month to tap: first what is meant, then the days. Keys reach every day and say each kind by itself. */
export function WishCalendar({ days, wishes, limits, isClosed, onChange, onSay }: Props) {
  const t = useTexts("planning");
  const locale = localeOf(useLanguage());
  const root = useRef<HTMLTableElement>(null);
  const [brush, setBrush] = useState<Brush>("impossible");
  const [at, setAt] = useState<WallDate>();
  const [isStretch, setStretch] = useState(false);
  const [first, setFirst] = useState<WallDate>();
  const focused = at !== undefined && days.includes(at) ? at : days[0];
  const nameOf = (day: WallDate) => formatDate(day, locale, { weekday: "long", day: "numeric", month: "long" });
  const change = (which: readonly WallDate[], kind: WishKind | undefined) => {
    const next = put(wishes, limits, which, kind);
    if (!next) return onSay(t("mine.full", { limit: kind ? limits[kind] : 0, kind: kind ? t(`wish.${kind}`) : "" }), true);
    onChange(next);
    const [begin, end] = [which[0] ?? "", which.at(-1) ?? ""];
    const day = begin === end ? nameOf(begin) : `${nameOf(begin)} – ${nameOf(end)}`;
    onSay(t("mine.said", { day, kind: t(`wish.${next.get(begin) ?? "none"}`) }), false);
  };
  const tap = (day: WallDate) => {
    setAt(day);
    if (isClosed) return;
    const kind = brush === "erase" ? undefined : brush;
    if (isStretch && first === undefined) {
      setFirst(day);
      return onSay(t("mine.stretchFrom", { day: nameOf(day) }), false);
    }
    change(first === undefined ? [day] : daysFrom(first, day), kind);
    setFirst(undefined);
  };
  const go = (day: WallDate) => {
    if (!days.includes(day)) return;
    setAt(day);
    root.current?.querySelector<HTMLElement>(`[data-day="${day}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent, day: WallDate) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const kind = KINDS[Number(event.key) - 1];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (by !== undefined) go(addDays(day, by));
    else if (event.key === "Home") go(days[0] ?? day);
    else if (event.key === "End") go(days.at(-1) ?? day);
    else if (!isClosed && kind && wishes.get(day) !== kind) change([day], kind);
    else if (!isClosed && (event.key === "Delete" || event.key === "Backspace")) change([day], undefined);
    else return;
    event.preventDefault();
  };
  const labelOf = (day: WallDate) => `${nameOf(day)}: ${t(`wish.${wishes.get(day) ?? "none"}`)}`;
  return (
    <div className="stack">
      {!isClosed && (
        <>
          <div className="wish-brush">
            <Choice<Brush>
              label={t("mine.brush")}
              look="pills"
              value={brush}
              onChange={setBrush}
              options={[
                ...KINDS.map((value) => ({ value, label: `${MARKS[value]} ${t("mine.left", { kind: t(`wish.${value}`), left: left(wishes, limits, value) })}` })),
                { value: "erase" as const, label: t("mine.erase") },
              ]}
            />
          </div>
          <Check
            label={t("mine.stretch")}
            isSelected={isStretch}
            onChange={(on) => {
              setStretch(on);
              setFirst(undefined);
            }}
          />
        </>
      )}
      <table className="wish-month" ref={root} aria-label={t("mine.calendar", { month: formatDate(days[0] ?? "", locale, { month: "long", year: "numeric" }) })} data-testid="wish-calendar">
        <thead>
          <tr>
            {/* 2026-01-05 is a Monday. */}
            {daysFrom("2026-01-05", "2026-01-11").map((day) => (
              <th key={day} scope="col">
                {formatDate(day, locale, { weekday: "short" })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(days, weekdayOf).map((week, n) => (
            <tr key={n}>
              {week.map((day, weekday) => (
                <td key={weekday}>
                  {day !== undefined && (
                    <button
                      type="button"
                      className={`wish-day${weekday > 4 ? " is-free" : ""}${wishes.has(day) ? ` wish-${wishes.get(day)}` : ""}${day === first ? " is-first" : ""}`}
                      data-day={day}
                      tabIndex={day === focused ? 0 : -1}
                      aria-label={labelOf(day)}
                      onClick={() => tap(day)}
                      onFocus={() => setAt(day)}
                      onKeyDown={(event) => onKeyDown(event, day)}
                    >
                      {Number(day.slice(8))}
                      <span className="wish-mark">{markOf(wishes.get(day))}</span>
                    </button>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted small wish-help">{t("mine.help")}</p>
    </div>
  );
}
