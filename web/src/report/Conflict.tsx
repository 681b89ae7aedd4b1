import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { localeOf, useLanguage } from "../i18n";
import { formatInstant } from "../state/time";
import { Banner, Button, useNow } from "../ui";

interface Props {
  detail: ConsultDetail;
  onGoOn(): void;
  onDiscard(): void;
}

/** Somebody signed while this person was writing: nothing is lost, and nothing is overwritten. */
export function Conflict({ detail, onGoOn, onDiscard }: Props) {
  const t = useTexts("report");
  const locale = localeOf(useLanguage());
  const now = useNow();
  const newest = detail.versions.at(-1);
  if (!newest) return null;
  const { version, author, signed_at } = newest;
  return (
    <Banner
      tone="warn"
      role="alert"
      title={t("conflict.title", { version })}
      actions={
        <>
          {detail.actions.includes("amend") && (
            <Button variant="primary" onPress={onGoOn}>
              {t("conflict.goOn")}
            </Button>
          )}
          <Button onPress={onDiscard}>{t("discard")}</Button>
        </>
      }
    >
      {t("conflict.text", { name: author.name, version, time: formatInstant(signed_at, now, locale) })}
    </Banner>
  );
}
