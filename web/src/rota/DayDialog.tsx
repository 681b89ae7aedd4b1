import type { PersonRef } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Button, Dialog } from "../ui";
import type { Bar } from "./grid";
import { useDutyWords } from "./useDutyWords";
import { formatDate } from "./zoneTime";

/** A day of somebody, with the duties that lie there. */
export interface DayWish {
  readonly person: PersonRef;
  readonly date: string;
  readonly bars: readonly Bar[];
}

interface Props {
  wish: DayWish;
  /** One of the duties, or another one beside them. */
  onChoose(bar: Bar | undefined): void;
  onClose(): void;
}

/** Every duty of a day, each to be changed: a key or a tap means one of them only where there is no other. */
export function DayDialog({ wish: { person, date, bars }, onChoose, onClose }: Props) {
  const t = useTexts("rota");
  const locale = localeOf(useLanguage());
  const words = useDutyWords();
  const day = formatDate(date, locale, { weekday: "long", day: "numeric", month: "long" });
  return (
    <Dialog title={t("day.title", { name: person.name, day })} isOpen onClose={onClose}>
      <div className="stack" data-testid="rota-day">
        {bars.map((bar) => (
          <Button key={`${bar.level} ${bar.from}`} block onPress={() => onChoose(bar)}>
            {words(bar)}
          </Button>
        ))}
        <Button variant="quiet" block onPress={() => onChoose(undefined)} data-testid="rota-day-add">
          {t("day.add")}
        </Button>
      </div>
    </Dialog>
  );
}
