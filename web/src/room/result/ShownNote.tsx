import { useTexts } from "../../i18n";
import { Button } from "../../ui";
import type { Shown } from "./results";

/** That the specialist shows something, as long as it is not looked at. */
export function ShownNote({ shown, onLook }: { shown: Shown; onLook(): void }) {
  const t = useTexts("room");
  const { author, content } = shown;
  if (!content) return null;
  const { decision, keyImages } = content;
  const what =
    decision === null
      ? t("shown.shows", { name: author.name })
      : t("shown.decides", { name: author.name, decision: t(`common:decision.${decision}`) });
  return (
    <div className="note row spread" role="status" data-testid="shown-note">
      <span>{[what, keyImages.length > 0 && t("shown.images", { count: keyImages.length })].filter(Boolean).join(" · ")}</span>
      <Button onPress={onLook} data-testid="shown-look">
        {t("shown.look")}
      </Button>
    </div>
  );
}
