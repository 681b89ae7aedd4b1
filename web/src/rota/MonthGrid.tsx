import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { DutyLevel, RotaPlan, RotaView } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import type { DutyWish } from "./DutyDialog";
import { assign, move, release } from "./edits";
import { barsOf, barsOn, dutyDay, foreseen, lanesOf, meantBy, onTheWall, type Bar } from "./grid";
import { handOverOf } from "./handOver";
import { addDays, addMinutes, formatDate, formatWall, weekdayOf, type WallDate } from "./zoneTime";

interface Props {
  view: RotaView;
  plan: RotaPlan;
  days: readonly WallDate[];
  /** Another month than that of `view` is on its way. */
  isLoading: boolean;
  /** `view` does not know the last edits yet. */
  isBehind: boolean;
  today: WallDate;
  /** With a sentence for those who do not see it. */
  onEdit(plan: RotaPlan, sentence: string): void;
  onUndo(): void;
  onRedo(): void;
  onOpen(wish: DutyWish): void;
}

const LEVELS: readonly DutyLevel[] = ["primary", "secondary", "backup"];
/** Height of a bar's row in pixels, with the gap below it. */
const LANE = 26;
/** A hand that moves less, in pixels, has pressed and not drawn. */
const STILL = 5;

interface Drag {
  readonly bar: Bar;
  readonly isEnd: boolean;
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/**
 * People by days. One cell has the focus; keys act on the duty that lies there. What a hand draws, keys can do:
 * the help below the grid names them.
 */
export function MonthGrid({ view, plan, days, isLoading, isBehind, today, onEdit, onUndo, onRedo, onOpen }: Props) {
  const t = useTexts("rota");
  const locale = localeOf(useLanguage());
  const zone = view.service.zone;
  const root = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ row: 0, day: Math.max(0, days.indexOf(today)) });
  const [drag, setDrag] = useState<Drag>();
  const duties = onTheWall(isLoading ? [] : (view.draft?.duties ?? view.duties), zone);
  const bars = barsOf(isBehind ? foreseen(duties, plan) : duties, days);
  const holidays = new Map(view.holidays.map(({ date, name }) => [date, name]));
  const { people } = view;
  const row = Math.min(at.row, Math.max(0, people.length - 1));
  const day = Math.min(at.day, days.length - 1);
  const handOver = handOverOf(plan);

  const words = (bar: Bar) =>
    t("bar", {
      duty: t(`common:duty.${bar.level}`),
      kind: t(`kind.${bar.kind}`),
      from: formatWall(bar.from, locale),
      until: formatWall(bar.until, locale),
    });
  const focus = (row: number, day: number) => {
    setAt({ row, day });
    root.current?.querySelector<HTMLElement>(`[data-cell="${row}/${day}"]`)?.focus();
  };
  const isAway = (person: string, date: WallDate) =>
    view.absences.some((absence) => absence.person.id === person && absence.from < `${addDays(date, 1)}T00:00:00` && absence.until > `${date}T00:00:00`);

  /** The same duty, `by` days later and for another person. */
  const moved = (bar: Bar, rowBy: number, daysBy: number): [RotaPlan, string] | undefined => {
    const from = people.findIndex(({ person }) => person.id === bar.person);
    const to = people[Math.min(people.length - 1, Math.max(0, from + rowBy))];
    if (!to || (daysBy === 0 && to.person.id === bar.person)) return undefined;
    const minutes = daysBy * 24 * 60;
    const stretch = { level: bar.level, from: addMinutes(bar.from, minutes), until: addMinutes(bar.until, minutes) };
    return [move(plan, bar, to.person.id, stretch), t("said.moved", { name: to.person.name, duty: words({ ...bar, ...stretch }) })];
  };
  const resized = (bar: Bar, hours: number): [RotaPlan, string] | undefined => {
    const until = addMinutes(bar.until, hours * 60);
    if (until <= bar.from || hours === 0) return undefined;
    const longest = until > bar.until ? until : bar.until;
    const stretch = { level: bar.level, from: bar.from, until };
    const plain = release(plan, { ...stretch, until: longest });
    return [assign(plain, bar.person, stretch), t("said.resized", { duty: words({ ...bar, until }) })];
  };
  const put = (level: DutyLevel, index: number, on: number): [RotaPlan, string] | undefined => {
    const person = people[index]?.person;
    const date = days[on];
    if (!person || !date) return undefined;
    const stretch = { level, ...dutyDay(date, handOver) };
    return [assign(plan, person.id, stretch), t("said.put", { name: person.name, duty: t(`common:duty.${level}`), day: formatWall(stretch.from, locale) })];
  };
  const apply = (change: [RotaPlan, string] | undefined) => change && onEdit(...change);

  const onKeyDown = (event: KeyboardEvent) => {
    const person = people[row]?.person.id;
    const date = days[day];
    if (person === undefined || date === undefined) return;
    const bar = meantBy(bars.get(person) ?? [], day);
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") (event.shiftKey ? onRedo : onUndo)();
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") onRedo();
    else if (event.ctrlKey || event.metaKey) return;
    else if (event.altKey && bar && (dx || dy)) {
      apply(moved(bar, dy, dx));
      focus(clamp(row + dy, people.length), clamp(day + dx, days.length));
    } else if (event.shiftKey && bar && dx) apply(resized(bar, dx));
    else if (dx || dy) focus(clamp(row + dy, people.length), clamp(day + dx, days.length));
    else if (event.key === "Home") focus(row, 0);
    else if (event.key === "End") focus(row, days.length - 1);
    else if (event.key === "Enter" || event.key === "F2" || event.key === " ") onOpen({ person, date, bar });
    else if (["1", "2", "3"].includes(event.key)) apply(put(LEVELS[Number(event.key) - 1] ?? "primary", row, day));
    else if (event.key === "Delete" || event.key === "Backspace") {
      if (bar?.isOverride) apply([release(plan, bar), t("said.released", { duty: words(bar) })]);
    } else return;
    event.preventDefault();
  };

  const width = () => (root.current?.querySelector(".rota-cell")?.getBoundingClientRect().width ?? 1);
  const rowAt = (y: number): number => {
    const rows = [...(root.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const index = rows.findIndex((each) => y < each.getBoundingClientRect().bottom);
    return index === -1 ? rows.length - 1 : index;
  };
  const onPointerUp = (event: PointerEvent) => {
    if (!drag) return;
    setDrag(undefined);
    const { bar, isEnd, dx, dy } = drag;
    if (Math.hypot(dx, dy) < STILL) return onOpen({ person: bar.person, date: days[clamp(Math.floor(bar.begin), days.length)] ?? today, bar });
    if (isEnd) return apply(resized(bar, Math.round((dx / width()) * 24)));
    const from = people.findIndex(({ person }) => person.id === bar.person);
    apply(moved(bar, rowAt(event.clientY) - from, Math.round(dx / width())));
  };

  const template = { gridTemplateColumns: `repeat(${days.length}, minmax(var(--rota-day), 1fr))` };
  return (
    <div className="rota-scroll">
      <div
        role="grid"
        className="rota-grid"
        aria-label={t("grid", { service: view.service.name })}
        aria-describedby="rota-help"
        aria-rowcount={people.length + 1}
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
        {people.map(({ person, qualified, burden, even }, index) => {
          const own = bars.get(person.id) ?? [];
          const { rows, rowOf } = lanesOf(own);
          return (
            <div role="row" key={person.id} className="rota-row" aria-rowindex={index + 2} data-row={index}>
              <div role="rowheader" className="rota-name">
                <strong>{person.name}</strong>
                <span className="muted small">
                  {qualified ? t("hours", { hours: Math.round(burden.duty / 3600) }) : t("unqualified")}
                  {qualified && even > 0 && ` · ${t("share", { percent: Math.round((burden.weight / even) * 100) })}`}
                </span>
              </div>
              <div className="rota-days" style={{ ...template, height: rows * LANE + 8 }}>
                {days.map((date, n) => {
                  const away = isAway(person.id, date);
                  const on = barsOn(own, n).map(words);
                  const label = [person.name, formatDate(date, locale, { weekday: "long", day: "numeric", month: "long" }), holidays.get(date), away && t("away"), ...(on.length > 0 ? on : [t("free")])];
                  return (
                    <div
                      key={date}
                      role="gridcell"
                      aria-colindex={n + 2}
                      className={`rota-cell ${lookOf(date, holidays, today)}${away ? " is-away" : ""}`}
                      data-cell={`${index}/${n}`}
                      tabIndex={index === row && n === day ? 0 : -1}
                      aria-label={label.filter(Boolean).join(", ")}
                      onFocus={() => setAt({ row: index, day: n })}
                      onDoubleClick={() => onOpen({ person: person.id, date, bar: undefined })}
                    />
                  );
                })}
                {own.map((bar) => {
                  const isDragged = drag && drag.bar.person === bar.person && drag.bar.from === bar.from && drag.bar.level === bar.level;
                  const shift = isDragged && !drag.isEnd ? `translate(${drag.dx}px, ${drag.dy}px)` : undefined;
                  return (
                    <div
                      key={`${bar.level} ${bar.from}`}
                      aria-hidden="true"
                      className={`rota-bar-item level-${bar.level} kind-${bar.kind}${bar.isOverride ? " is-override" : ""}${isDragged ? " is-dragged" : ""}`}
                      title={words(bar)}
                      style={{
                        left: `${(bar.begin / days.length) * 100}%`,
                        width: `calc(${((bar.end - bar.begin) / days.length) * 100}% - 2px + ${isDragged && drag.isEnd ? drag.dx : 0}px)`,
                        top: (rowOf.get(bar) ?? 0) * LANE + 4,
                        transform: shift,
                      }}
                      onPointerDown={(event) => {
                        if (event.button !== 0) return;
                        event.preventDefault();
                        event.currentTarget.setPointerCapture(event.pointerId);
                        const isEnd = (event.target as HTMLElement).dataset.end !== undefined;
                        setDrag({ bar, isEnd, x: event.clientX, y: event.clientY, dx: 0, dy: 0 });
                      }}
                      onPointerMove={(event) => setDrag((old) => old && { ...old, dx: event.clientX - old.x, dy: event.clientY - old.y })}
                      onPointerUp={onPointerUp}
                      onPointerCancel={() => setDrag(undefined)}
                    >
                      <span className="rota-bar-word">{t(`short.${bar.level}`)}</span>
                      <span className="rota-bar-end" data-end="" />
                    </div>
                  );
                })}
              </div>
            </div>
          );
        })}
        {people.length === 0 && <p className="muted">{t("nobody")}</p>}
      </div>
      <p id="rota-help" className="muted small">
        {t("help", { zone })}
      </p>
    </div>
  );
}

const ARROWS: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const clamp = (n: number, count: number) => Math.min(count - 1, Math.max(0, n));

function lookOf(date: WallDate, holidays: ReadonlyMap<string, string>, today: WallDate): string {
  const isFree = weekdayOf(date) > 5 || holidays.has(date);
  return `${isFree ? "is-free" : ""}${holidays.has(date) ? " is-holiday" : ""}${date === today ? " is-today" : ""}`;
}
