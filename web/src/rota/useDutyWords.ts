import { localeOf, useLanguage, useTexts } from "../i18n";
import type { WallDuty } from "./grid";
import { formatWall } from "./zoneTime";

/** A duty in one phrase. */
export function useDutyWords() {
  const t = useTexts("rota");
  const locale = localeOf(useLanguage());
  return ({ level, kind, from, until }: WallDuty) =>
    t("bar", {
      duty: t(`common:duty.${level}`),
      kind: t(`kind.${kind}`),
      from: formatWall(from, locale),
      until: formatWall(until, locale),
    });
}
