import { useSyncExternalStore } from "react";
import { useTexts } from "../i18n";
import { Banner, Button } from "../ui";
import { updates } from "./registration";
import "./texts";

/** A newer version is there. Nothing reloads by itself: somebody may be about to answer. */
export function UpdateLine() {
  const t = useTexts("device");
  const isThere = useSyncExternalStore(updates.subscribe, updates.isThere);
  if (!isThere) return null;
  return (
    <Banner tone="info" title={t("update.heading")} actions={<Button onPress={() => location.reload()}>{t("update.reload")}</Button>}>
      {t("update.text")}
    </Banner>
  );
}
