import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { DutyLevel, PlanningFacts, RotaPlan, RotaView } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { wishesOf } from "../planning/wishes";
import type { DayWish } from "./DayDialog";
import type { DutyWish } from "./DutyDialog";
import { assign, changed, isWritten, release } from "./edits";
import { barsOf, barsOn, dutyDay, foreseen, meantBy, onTheWall, rowsOf, type Bar } from "./grid";
import { handOverOf } from "./handOver";
import { lookOf, MonthRow, type Drag } from "./MonthRow";
import { useDutyWords } from "./useDutyWords";
import { addMinutes, formatDate, formatWall, type WallDate } from "./zoneTime";

interface Props {
  view: RotaView;
  plan: RotaPlan;
  days: readonly WallDate[];
  /** Wishes of the month; absent until they are read. */
  facts: PlanningFacts | undefined;
  /** Another month than that of `view` is on its way. */
  isLoading: boolean;
  /** `view` does not know the last edits yet. */
  isBehind: boolean;
  today: WallDate;
  /** With a sentence for those who do not see it. */
  onEdit(plan: RotaPlan, sentence: string): void;
  /** What was meant cannot be done, and why. */
  onRefuse(sentence: string): void;
  onUndo(): void;
  onRedo(): void;
  onOpen(wish: DutyWish): void;
  onOpenDay(wish: DayWish): void;
}

/** A new plan with what is said of it; without a plan, why there is none. */
interface Change {
  readonly plan: RotaPlan | undefined;
  readonly sentence: string;
}

const LEVELS: readonly DutyLevel[] = ["primary", "secondary", "backup"];
/** A hand that moves less, in pixels, has pressed and not drawn. */
const STILL = 5;

/**
 * People by days. One cell has the focus; keys act on the duty that lies there. What a hand draws, keys can do:
 * the help below the grid names them.
 */
export function MonthGrid({ view, plan, days, facts, isLoading, isBehind, today, onEdit, onRefuse, onUndo, onRedo, onOpen, onOpenDay }: Props) {
  const t = useTexts("rota");
  const locale = localeOf(useLanguage());
  const zone = view.service.zone;
  const root = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ row: 0, day: Math.max(0, days.indexOf(today)) });
  const [drag, setDrag] = useState<Drag>();
  const duties = onTheWall(isLoading ? [] : (view.draft?.duties ?? view.duties), zone);
  const bars = barsOf(isBehind ? foreseen(duties, plan) : duties, days);
  const holidays = new Map((view.draft?.holidays ?? view.holidays).map(({ date, name }) => [date, name]));
  const rows = rowsOf(view);
  const row = Math.min(at.row, Math.max(0, rows.length - 1));
  const day = Math.min(at.day, days.length - 1);
  const handOver = handOverOf(plan);

  const words = useDutyWords();
  const focus = (row: number, day: number) => {
    setAt({ row, day });
    root.current?.querySelector<HTMLElement>(`[data-cell="${row}/${day}"]`)?.focus();
  };
  const openDay = (index: number, on: number) => {
    const person = rows[index]?.person;
    const date = days[on];
    if (person && date) onOpenDay({ person, date, bars: barsOn(bars.get(person.id) ?? [], on) });
  };
  const indexOf = (bar: Bar) => rows.findIndex(({ person }) => person.id === bar.person);

  /** The same duty, `by` days later and for another person. */
  const moved = (bar: Bar, rowBy: number, daysBy: number): Change | undefined => {
    const to = rows[clamp(indexOf(bar) + rowBy, rows.length)];
    if (!to || (daysBy === 0 && to.person.id === bar.person)) return undefined;
    const { id, name } = to.person;
    if (!to.plannable) return { plan: undefined, sentence: t("said.gone", { name }) };
    const minutes = daysBy * 24 * 60;
    const stretch = { level: bar.level, from: addMinutes(bar.from, minutes), until: addMinutes(bar.until, minutes) };
    const next = changed(plan, bar, id, stretch);
    return { plan: next, sentence: next ? t("said.moved", { name, duty: words({ ...bar, ...stretch }) }) : t("said.fromRotation") };
  };
  const resized = (bar: Bar, hours: number): Change | undefined => {
    const until = addMinutes(bar.until, hours * 60);
    if (until <= bar.from || hours === 0) return undefined;
    const next = changed(plan, bar, bar.person, { level: bar.level, from: bar.from, until });
    return { plan: next, sentence: next ? t("said.resized", { duty: words({ ...bar, until }) }) : t("said.fromRotation") };
  };
  const put = (level: DutyLevel, index: number, on: number): Change | undefined => {
    const target = rows[index];
    const date = days[on];
    if (!target || !date) return undefined;
    const { id, name } = target.person;
    if (!target.plannable) return { plan: undefined, sentence: t("said.gone", { name }) };
    const stretch = { level, ...dutyDay(date, handOver) };
    return { plan: assign(plan, id, stretch), sentence: t("said.put", { name, duty: t(`common:duty.${level}`), day: formatWall(stretch.from, locale) }) };
  };
  const released = (bar: Bar): Change =>
    isWritten(plan, bar) ? { plan: release(plan, bar), sentence: t("said.released", { duty: words(bar) }) } : { plan: undefined, sentence: t("said.fromRotation") };
  /** Whether something was changed. */
  const apply = (change: Change | undefined) => {
    if (change?.plan) onEdit(change.plan, change.sentence);
    else if (change) onRefuse(change.sentence);
    return change?.plan !== undefined;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const person = rows[row]?.person.id;
    if (person === undefined) return;
    const bar = meantBy(bars.get(person) ?? [], day);
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") (event.shiftKey ? onRedo : onUndo)();
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") onRedo();
    else if (event.ctrlKey || event.metaKey) return;
    else if (event.altKey && bar && (dx || dy)) {
      if (apply(moved(bar, dy, dx))) focus(clamp(row + dy, rows.length), clamp(day + dx, days.length));
    } else if (event.shiftKey && bar && dx) apply(resized(bar, dx));
    else if (dx || dy) focus(clamp(row + dy, rows.length), clamp(day + dx, days.length));
    else if (event.key === "Home") focus(row, 0);
    else if (event.key === "End") focus(row, days.length - 1);
    else if (event.key === "Enter" || event.key === "F2" || event.key === " ") openDay(row, day);
    else if (!event.altKey && ["1", "2", "3"].includes(event.key)) apply(put(LEVELS[Number(event.key) - 1] ?? "primary", row, day));
    else if (event.key === "Delete" || event.key === "Backspace") {
      if (bar) apply(released(bar));
    } else return;
    event.preventDefault();
  };

  const width = () => (root.current?.querySelector(".rota-cell")?.getBoundingClientRect().width ?? 1);
  const rowAt = (y: number): number => {
    const shown = [...(root.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const index = shown.findIndex((each) => y < each.getBoundingClientRect().bottom);
    return index === -1 ? shown.length - 1 : index;
  };
  const onPointerUp = (event: PointerEvent) => {
    if (!drag) return;
    setDrag(undefined);
    const { bar, isEnd, dx, dy } = drag;
    if (Math.hypot(dx, dy) < STILL) return onOpen({ person: bar.person, date: days[clamp(Math.floor(bar.begin), days.length)] ?? today, bar });
    if (isEnd) apply(resized(bar, Math.round((dx / width()) * 24)));
    else apply(moved(bar, rowAt(event.clientY) - indexOf(bar), Math.round(dx / width())));
  };

  const template = { gridTemplateColumns: `repeat(${days.length}, minmax(var(--rota-day), 1fr))` };
  return (
    <div className="rota-scroll">
      <div
        role="grid"
        className="rota-grid"
        aria-label={t("grid", { service: view.service.name })}
        aria-describedby="rota-help"
        aria-rowcount={rows.length + 1}
        aria-colcount={days.length + 1}
        aria-busy={isLoading}
        ref={root}
        onKeyDown={onKeyDown}
        data-testid="rota-grid"
      >
        <div role="row" className="rota-row rota-head" aria-rowindex={1}>
          <div role="columnheader" className="rota-name">
            {t("person")}
          </div>
          <div className="rota-days" style={template}>
            {days.map((date) => (
              <div key={date} role="columnheader" className={`rota-day ${lookOf(date, holidays, today)}`} title={holidays.get(date)}>
                <span>{formatDate(date, locale, { weekday: "short" })}</span>
                <strong>{Number(date.slice(8))}</strong>
                {holidays.has(date) && <span className="visually-hidden">{holidays.get(date)}</span>}
              </div>
            ))}
          </div>
        </div>
        {rows.map((each, index) => (
          <MonthRow
            key={each.person.id}
            row={each}
            index={index}
            bars={bars.get(each.person.id) ?? []}
            absences={view.absences}
            wishes={wishesOf(facts?.people.find(({ person }) => person === each.person.id)?.wishes ?? [])}
            days={days}
            holidays={holidays}
            today={today}
            focused={index === row ? day : undefined}
            template={template}
            drag={drag}
            onFocus={(on) => setAt({ row: index, day: on })}
            onOpenDay={(on) => openDay(index, on)}
            onDrag={setDrag}
            onDrop={onPointerUp}
          />
        ))}
        {rows.length === 0 && <p className="muted">{t("nobody")}</p>}
      </div>
      <p id="rota-help" className="muted small">
        {t("help", { zone })}
      </p>
    </div>
  );
}

const ARROWS: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const clamp = (n: number, count: number) => Math.min(count - 1, Math.max(0, n));
