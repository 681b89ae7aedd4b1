import { useState } from "react";
import type { RotaDraft } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Dialog } from "../ui";

interface Props {
  draft: RotaDraft;
  /** Edits are on their way. */
  isSaving: boolean;
  onDiscard(draft: RotaDraft): void;
  onRebase(draft: RotaDraft): void;
  onPublish(): void;
}

/** That there is a draft, whose, and what becomes of it. One that cannot be published any more has another way out. */
export function DraftBanner({ draft, isSaving, onDiscard, onRebase, onPublish }: Props) {
  const t = useTexts("rota");
  // The one that was shown: what somebody else writes meanwhile is not thrown away with it.
  const [asked, setAsked] = useState<RotaDraft>();
  const way = draft.is_overtaken ? (
    <Button variant="primary" onPress={() => onRebase(draft)} isDisabled={isSaving} data-testid="rebase">
      {t("draft.rebase")}
    </Button>
  ) : (
    <Button variant="primary" onPress={onPublish} isDisabled={isSaving} data-testid="publish">
      {t("draft.publish")}
    </Button>
  );
  const discard = () => {
    if (asked) onDiscard(asked);
    setAsked(undefined);
  };
  return (
    <Banner
      tone={draft.is_overtaken ? "warn" : "info"}
      title={t("draft.title")}
      actions={
        <>
          <Button onPress={() => setAsked(draft)} isDisabled={isSaving} data-testid="discard">
            {t("draft.discard")}
          </Button>
          {way}
        </>
      }
    >
      {t("draft.about", { name: draft.author.name })} {draft.is_overtaken && t("draft.stuck")}
      <Dialog
        role="alertdialog"
        title={t("draft.discardTitle")}
        isOpen={asked !== undefined}
        onClose={() => setAsked(undefined)}
        actions={
          <>
            <Button onPress={() => setAsked(undefined)}>{t("common:cancel")}</Button>
            <Button variant="danger" onPress={discard} data-testid="discard-now">
              {t("draft.discard")}
            </Button>
          </>
        }
      >
        <p>{t("draft.discardAbout")}</p>
      </Dialog>
    </Banner>
  );
}
