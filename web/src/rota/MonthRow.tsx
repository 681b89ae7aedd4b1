import { useRef, type CSSProperties, type Dispatch, type MouseEvent, type PointerEvent, type SetStateAction } from "react";
import type { Absence, WishKind } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { MARKS, type Wishes } from "../planning/wishes";
import { barsOn, lanesOf, type Bar, type Row } from "./grid";
import { useDutyWords } from "./useDutyWords";
import { addDays, formatDate, weekdayOf, type WallDate } from "./zoneTime";

/** A bar in a hand, and how far it was drawn in pixels. */
export interface Drag {
  readonly bar: Bar;
  readonly isEnd: boolean;
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

interface Props {
  row: Row;
  index: number;
  bars: readonly Bar[];
  absences: readonly Absence[];
  wishes: Wishes;
  days: readonly WallDate[];
  holidays: ReadonlyMap<string, string>;
  today: WallDate;
  /** The day whose cell Tab reaches. */
  focused: number | undefined;
  template: CSSProperties;
  drag: Drag | undefined;
  onFocus(day: number): void;
  onOpenDay(day: number): void;
  onDrag: Dispatch<SetStateAction<Drag | undefined>>;
  onDrop(event: PointerEvent): void;
}

/** Height of a bar's row in pixels, with the gap below it. */
const LANE = 26;
/** Height of the line of wishes below the bars. */
const WISH = 14;

/** A person's days and duties. A finger scrolls, and opens a day with a tap; a mouse draws bars. */
export function MonthRow({ row, index, bars, absences, wishes, days, holidays, today, focused, template, drag, onFocus, onOpenDay, onDrag, onDrop }: Props) {
  const t = useTexts("rota");
  const planning = useTexts("planning");
  const locale = localeOf(useLanguage());
  const words = useDutyWords();
  // A click does not say everywhere what has clicked.
  const pointer = useRef("mouse");
  const { person, plannable } = row;
  const { rows, rowOf } = lanesOf(bars);
  const isAway = (date: WallDate) =>
    absences.some((each) => each.person.id === person.id && each.from < `${addDays(date, 1)}T00:00:00` && each.until > `${date}T00:00:00`);
  const wishOf = (date: WallDate) => wishes.has(date) && planning("rules.wish", { kind: planning(`wish.${wishes.get(date) ?? "none"}`) });
  const labelOf = (date: WallDate, day: number) => {
    const on = barsOn(bars, day).map(words);
    const weekday = formatDate(date, locale, { weekday: "long", day: "numeric", month: "long" });
    return [person.name, weekday, holidays.get(date), isAway(date) && t("away"), wishOf(date), ...(on.length > 0 ? on : [t("free")])].filter(Boolean).join(", ");
  };
  const tapped = ({ currentTarget, clientX }: MouseEvent) => {
    if (pointer.current === "mouse") return;
    const { left, width } = currentTarget.getBoundingClientRect();
    onOpenDay(Math.min(days.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * days.length))));
  };
  return (
    <div role="row" className="rota-row" aria-rowindex={index + 2} data-row={index}>
      <div role="rowheader" className="rota-name">
        <strong>{person.name}</strong>
        <span className="muted small">
          {!plannable && t("gone")}
          {plannable && (plannable.qualified ? t("hours", { hours: Math.round(plannable.burden.duty / 3600) }) : t("unqualified"))}
          {plannable?.qualified && plannable.even > 0 && ` · ${t("share", { percent: Math.round((plannable.burden.weight / plannable.even) * 100) })}`}
        </span>
      </div>
      <div
        className="rota-days"
        style={{ ...template, height: rows * LANE + 8 + (wishes.size > 0 ? WISH : 0) }}
        onPointerDownCapture={(event) => (pointer.current = event.pointerType)}
        onClick={tapped}
      >
        {days.map((date, n) => (
          <div
            key={date}
            role="gridcell"
            aria-colindex={n + 2}
            className={`rota-cell ${lookOf(date, holidays, today)}${isAway(date) ? " is-away" : ""}`}
            data-cell={`${index}/${n}`}
            tabIndex={n === focused ? 0 : -1}
            aria-label={labelOf(date, n)}
            onFocus={() => onFocus(n)}
            onDoubleClick={() => pointer.current === "mouse" && onOpenDay(n)}
          >
            <WishMark kind={wishes.get(date)} />
          </div>
        ))}
        {bars.map((bar) => (
          <BarItem
            key={`${bar.level} ${bar.from}`}
            bar={bar}
            days={days.length}
            top={(rowOf.get(bar) ?? 0) * LANE + 4}
            drag={drag && isSame(drag.bar, bar) ? drag : undefined}
            onDrag={onDrag}
            onDrop={onDrop}
          />
        ))}
      </div>
    </div>
  );
}

/** Hidden from screen readers: the cell says it. */
function WishMark({ kind }: { kind: WishKind | undefined }) {
  if (!kind) return null;
  return (
    <span className={`rota-wish wish-${kind}`} aria-hidden="true">
      <span className="wish-mark">{MARKS[kind]}</span>
    </span>
  );
}

const isSame = (a: Bar, b: Bar) => a.person === b.person && a.from === b.from && a.level === b.level;

interface BarProps {
  bar: Bar;
  /** In the grid. */
  days: number;
  top: number;
  drag: Drag | undefined;
  onDrag: Dispatch<SetStateAction<Drag | undefined>>;
  onDrop(event: PointerEvent): void;
}

/** Hidden from screen readers: the cells say what lies there. */
function BarItem({ bar, days, top, drag, onDrag, onDrop }: BarProps) {
  const t = useTexts("rota");
  const words = useDutyWords();
  const looks = [`level-${bar.level}`, `kind-${bar.kind}`, bar.isOverride && "is-override", drag && "is-dragged"].filter(Boolean).join(" ");
  const onPointerDown = (event: PointerEvent) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    const isEnd = (event.target as HTMLElement).dataset.end !== undefined;
    onDrag({ bar, isEnd, x: event.clientX, y: event.clientY, dx: 0, dy: 0 });
  };
  return (
    <div
      aria-hidden="true"
      className={`rota-bar-item ${looks}`}
      title={words(bar)}
      style={{
        left: `${(bar.begin / days) * 100}%`,
        width: `calc(${((bar.end - bar.begin) / days) * 100}% - 2px + ${drag?.isEnd ? drag.dx : 0}px)`,
        top,
        transform: drag && !drag.isEnd ? `translate(${drag.dx}px, ${drag.dy}px)` : undefined,
      }}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => onDrag((old) => old && { ...old, dx: event.clientX - old.x, dy: event.clientY - old.y })}
      onPointerUp={onDrop}
      onPointerCancel={() => onDrag(undefined)}
    >
      <span className="rota-bar-word">{t(`short.${bar.level}`)}</span>
      {!bar.runsOut && <span className="rota-bar-end" data-end="" />}
    </div>
  );
}

export function lookOf(date: WallDate, holidays: ReadonlyMap<string, string>, today: WallDate): string {
  const isFree = weekdayOf(date) > 5 || holidays.has(date);
  return `${isFree ? "is-free" : ""}${holidays.has(date) ? " is-holiday" : ""}${date === today ? " is-today" : ""}`;
}
