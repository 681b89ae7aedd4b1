import { useEffect, useRef, useState } from "react";
import { useTexts } from "../i18n";
import { Icon } from "./icons";
import type { SharedState } from "./sync/session";

/** How long the news that somebody took control stands there. */
const NEWS = 4000;

interface Props {
  state: SharedState;
  nameOf(member: number): string;
  onTake(): void;
  onFollow(): void;
}

/** Who drives the view, and how to take it over or to follow again. */
export function ModeBar({ state, nameOf, onTake, onFollow }: Props) {
  const t = useTexts("viewer");
  const { mode, presenter } = state;
  const name = presenter === undefined ? undefined : nameOf(presenter);
  const news = useNews(state, nameOf);
  return (
    <div className={`mode-bar mode-${mode}`} data-testid="mode-bar" data-mode={mode} data-presenter={presenter}>
      <p className="mode-text" role="status">
        {mode === "present" && t("mode.present")}
        {mode === "follow" && (name === undefined ? t("mode.nobody") : t("mode.follow", { name }))}
        {mode === "free" && (
          <>
            <strong>{t("mode.free")}</strong> {name !== undefined && <small>{t("mode.freeHint", { name })}</small>}
          </>
        )}
        {news !== undefined && <span className="mode-news">{news}</span>}
      </p>
      {mode === "free" && (
        <button type="button" className="mode-button" data-testid="follow" onClick={onFollow}>
          <Icon name="follow" />
          {t("follow")}
        </button>
      )}
      {mode !== "present" && (
        <button type="button" className="mode-button" data-testid="take-control" onClick={onTake}>
          <Icon name="take" />
          {t("take")}
        </button>
      )}
    </div>
  );
}

/** "… has taken control", for a while after it happened; not for what was so when this member came. */
function useNews(state: SharedState, nameOf: (member: number) => string): string | undefined {
  const t = useTexts("viewer");
  const [news, setNews] = useState<string>();
  const before = useRef<{ presenter: number | undefined; ready: boolean }>({ presenter: undefined, ready: false });
  const { presenter, ready, me } = state;
  useEffect(() => {
    const last = before.current;
    before.current = { presenter, ready };
    if (!last.ready || !ready || presenter === undefined || presenter === last.presenter) return;
    setNews(presenter === me ? t("youTookControl") : t("tookControl", { name: nameOf(presenter) }));
    const timer = setTimeout(() => setNews(undefined), NEWS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- names do not make news
  }, [presenter, ready]);
  return news;
}
