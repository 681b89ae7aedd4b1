import type { DutyNews, RotaConflict } from "../api/types";
import { useTexts } from "../i18n";
import { Instant } from "../ui";
import "./texts";

/** Why somebody is told of a duty, in a sentence. */
export function News({ news, zone }: { news: DutyNews; zone: string | undefined }) {
  const t = useTexts("swaps");
  const at = (time: number) => <Instant at={time} {...(zone === undefined ? {} : { zone })} />;
  const names = (people: readonly { name: string }[]) => people.map(({ name }) => name).join(", ") || t("news.noOne");
  switch (news.type) {
    case "swap":
      return (
        <span className="block">
          {t(`news.${news.state}`, { giver: news.giver.name, taker: news.taker?.name ?? t("news.noOne") })} {at(news.from)} – {at(news.until)}
        </span>
      );
    case "begins":
      return (
        <span className="block">
          {t("news.begins")} {at(news.from)}. {news.open > 0 && t("news.open", { count: news.open })}
        </span>
      );
    case "handed_over":
      return <span className="block">{t("news.handedOver", { after: names(news.after), before: names(news.before) })}</span>;
    case "finding":
      return (
        <span className="block">
          {t("news.finding")} {t(`rota:conflicts.kind.${news.kind satisfies RotaConflict["kind"]}`)}
          {news.person && `, ${news.person.name}`}, {at(news.from)} – {at(news.until)}
        </span>
      );
    case "feed_broken":
      return (
        <span className="block">
          {news.unknown > 0 ? t("news.unknown", { label: news.label, count: news.unknown }) : t("news.feed", { label: news.label })}
        </span>
      );
  }
}
