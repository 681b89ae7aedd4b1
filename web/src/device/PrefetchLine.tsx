import { useEffect, useSyncExternalStore } from "react";
import { useConsult } from "../api/query";
import type { ConsultId } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Button } from "../ui";
import { prefetcher } from "./prefetch";
import "./texts";

/** Loads the images of an accepted consult, and says how much of what may be loaded has been. */
export function PrefetchLine({ id }: { id: ConsultId }) {
  const t = useTexts("device");
  const locale = localeOf(useLanguage());
  const studies = useConsult(id).data?.studies;
  const progress = useSyncExternalStore(prefetcher.subscribe, () => prefetcher.progressOf(id));
  useEffect(() => {
    if (studies) prefetcher.start(id, studies);
  }, [id, studies, progress?.state]);
  if (!progress || (progress.frames === 0 && progress.state === "running")) return null;
  const mega = (bytes: number) => (bytes / 1_000_000).toLocaleString(locale, { maximumFractionDigits: bytes < 10_000_000 ? 1 : 0 });
  const { state, bytes, budget, loaded, frames } = progress;
  return (
    <div className="prefetch" data-testid="prefetch" data-state={state}>
      <span className="small muted clock">{t(`prefetch.${state}`, { mb: mega(bytes), budget: mega(budget), loaded, frames })}</span>
      {state === "running" && (
        <>
          <progress max={frames} value={loaded} aria-label={t("prefetch.heading")} />
          <Button variant="quiet" onPress={() => prefetcher.stop(id)}>
            {t("prefetch.stop")}
          </Button>
        </>
      )}
    </div>
  );
}
