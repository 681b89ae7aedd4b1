import { useState } from "react";
import type { RotaDraft } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Dialog, Field } from "../ui";
import { ChangeList } from "./ChangeList";

interface Props {
  draft: RotaDraft;
  zone: string;
  onPublish(draft: RotaDraft, note: string): void;
  onClose(): void;
}

/** Before it counts: who is told of what, and what is still wrong. */
export function PublishDialog({ draft, zone, onPublish, onClose }: Props) {
  const t = useTexts("rota");
  const [note, setNote] = useState("");
  // Not of the month that is shown alone: all that the rota would bring.
  const conflicts = [...draft.conflicts, ...draft.conflicts_elsewhere];
  const gaps = conflicts.filter(({ kind }) => kind === "gap").length;
  return (
    <Dialog
      title={t("publish.title")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t("common:cancel")}</Button>
          <Button variant="primary" onPress={() => onPublish(draft, note)} data-testid="publish-now">
            {t("draft.publish")}
          </Button>
        </>
      }
    >
      <div className="stack">
        {gaps > 0 && <Banner tone="danger">{t("publish.gaps", { count: gaps })}</Banner>}
        {gaps === 0 && conflicts.length > 0 && (
          <Banner tone="warn">{t("publish.conflicts", { count: conflicts.length + draft.conflicts_left_out })}</Banner>
        )}
        <p>{t("publish.about")}</p>
        {draft.changes.length === 0 ? <p>{t("changes.none")}</p> : <ChangeList changes={draft.changes} zone={zone} />}
        <Field label={`${t("publish.note")} (${t("common:optional")})`} value={note} onChange={setNote} maxLength={200} />
      </div>
    </Dialog>
  );
}
