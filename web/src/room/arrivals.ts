import { useEffect, useRef, useState } from "react";
import type { Member } from "../api/types";
import { useTexts } from "../i18n";

/** The last one who came or went, as a sentence for screen readers. */
export function useArrivals(roster: readonly Member[], you: number | undefined): string {
  const t = useTexts("room");
  const [news, setNews] = useState("");
  const before = useRef<ReadonlyMap<number, string>>(undefined);
  useEffect(() => {
    if (you === undefined) return;
    const now = new Map(
      roster.filter(({ id, connected }) => connected && id !== you).map(({ id, person }) => [id, person.name]),
    );
    const last = before.current;
    before.current = now;
    if (!last) return;
    for (const [id, name] of now) if (!last.has(id)) setNews(t("joined", { name }));
    for (const [id, name] of last) if (!now.has(id)) setNews(t("wentAway", { name }));
  }, [roster, you, t]);
  return news;
}
