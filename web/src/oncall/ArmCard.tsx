import { useState, useSyncExternalStore } from "react";
import { useTexts } from "../i18n";
import { Banner, Button } from "../ui";
import { ringer } from "../ui/Ringer";

/** Browsers keep a page silent until it was touched: arming is that touch, and a test of the sound. */
export function ArmCard() {
  const t = useTexts("oncall");
  const isArmed = useSyncExternalStore(ringer.subscribe, ringer.isArmed);
  const [note, setNote] = useState<"testDone" | "blocked" | null>(null);
  const arm = async () => {
    const works = await ringer.arm();
    if (works) ringer.once("urgent");
    setNote(works ? "testDone" : "blocked");
  };
  if (isArmed) {
    return (
      <Banner tone="ok" title={t("arm.armed")} actions={<Button onPress={() => void arm()}>{t("arm.test")}</Button>}>
        {note === null ? t("arm.armedText") : t(`arm.${note}`)}
      </Banner>
    );
  }
  return (
    <section className="card stack arm" aria-labelledby="arm-title">
      <h2 id="arm-title">{t("arm.heading")}</h2>
      <p>{t("arm.text")}</p>
      <Button variant="primary" size="huge" block onPress={() => void arm()}>
        {t("arm.start")}
      </Button>
      <p className="muted small" role="status">
        {note === "blocked" ? t("arm.blocked") : t("arm.hint")}
      </p>
    </section>
  );
}
