import { useTexts } from "../i18n";
import { EmptyState } from "../ui";
import { SHOWN } from "./directory";

/** Below a list: that nothing was found, or that more was found than is shown. */
export function ListEnd({ found }: { found: number }) {
  const t = useTexts("admin");
  if (found === 0) return <EmptyState title={t("nothing")}>{t("nothingHint")}</EmptyState>;
  return found > SHOWN ? <p className="muted">{t("more", { count: found - SHOWN })}</p> : null;
}
