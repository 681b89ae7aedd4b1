import { useTexts } from "../i18n";
import { Button } from "../ui";

/** A page that was reloaded had no press of a button yet: the browser may refuse to make a sound. */
export function SoundBlocked({ resume, onResumed }: { resume: readonly (() => void)[]; onResumed(): void }) {
  const t = useTexts("room");
  if (resume.length === 0) return null;
  return (
    <p className="note sound-blocked" role="alert">
      {t("soundBlocked")}{" "}
      <Button
        variant="primary"
        onPress={() => {
          for (const play of resume) play();
          onResumed();
        }}
      >
        {t("soundOn")}
      </Button>
    </p>
  );
}
