import { useMemo, type RefObject } from "react";
import type { ConsultDetail, Me } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { MAX_KEY_IMAGES } from "../report/draft";
import { addKeyImage } from "../report/drafts";
import type { KeyImageSource } from "../report/keyImages";
import "../report/texts";
import type { StackView } from "../viewer/engine/stackView";
import { keyImageOf } from "../viewer/keyImage";
import type { SharedView } from "../viewer/sync/session";

/**
 * The open viewer as the source of key images, and what its button does: puts the image on screen into the draft of the
 * report and says so. No `add` for those who write no report.
 */
export function useKeyImages(detail: ConsultDetail, me: Me, stack: RefObject<StackView | undefined>, view: SharedView) {
  const t = useTexts("report");
  const locale = localeOf(useLanguage());
  const source = useMemo<KeyImageSource>(
    () => ({
      current: () =>
        stack.current
          ? keyImageOf({
              consultId: detail.summary.id,
              studies: detail.studies,
              status: stack.current.snapshot(),
              annotations: view.snapshot().annotations,
              locale,
            })
          : null,
    }),
    [detail.summary.id, detail.studies, stack, view, locale],
  );
  const writes = detail.actions.includes("sign_report") || detail.actions.includes("amend");
  const add = () => {
    const image = source.current();
    if (image === null) return t("images.nothingShown");
    return t(`images.${addKeyImage(detail, me.person.id, image)}`, { count: MAX_KEY_IMAGES });
  };
  return { source, add: writes ? add : undefined };
}
