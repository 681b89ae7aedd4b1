import { useState } from "react";
import { swapsApi } from "../api/swaps";
import type { Feed } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Instant, useErrorText } from "../ui";
import "./texts";
import { useRereadDuties } from "./useSwaps";

/** Calendars that absences come from: when each was read, and what is wrong with it. */
export function KnownFeeds({ feeds }: { feeds: readonly Feed[] }) {
  const t = useTexts("swaps");
  const errorText = useErrorText();
  const reread = useRereadDuties();
  const [error, setError] = useState<unknown>();
  const remove = async (id: string) => {
    setError(undefined);
    try {
      await swapsApi.deleteFeed(id);
    } catch (failure) {
      setError(failure);
    }
    reread();
  };
  if (feeds.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="known-feeds">
      <h3 id="known-feeds">{t("feed.known")}</h3>
      {error !== undefined && (
        <Banner tone="danger" role="alert">
          {errorText(error)}
        </Banner>
      )}
      <ul className="stack">
        {feeds.map((feed) => (
          <li key={feed.id} className="stack">
            <span className="row spread">
              <span>
                <strong>{feed.label}</strong> ({feed.host ?? t("feed.once")}), {t("feed.count", { count: feed.absences })}
                {feed.read_at && (
                  <span className="block muted small">
                    {t("feed.readAt")} <Instant at={feed.read_at} />
                  </span>
                )}
              </span>
              <Button variant="quiet" onPress={() => void remove(feed.id)}>
                {t("feed.remove")}
              </Button>
            </span>
            {feed.fault && feed.failed_at && (
              <Banner tone="danger">
                {t("feed.failedAt")} <Instant at={feed.failed_at} />: {t(`feed.fault.${feed.fault}`)}
              </Banner>
            )}
            {feed.unknown.length > 0 && (
              <Banner tone="warn" title={t("feed.unknown", { count: feed.unknown.length })}>
                {feed.unknown.join(", ")}
              </Banner>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
