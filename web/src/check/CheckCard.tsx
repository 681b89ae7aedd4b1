import { useEffect, useState } from "react";
import { useTexts } from "../i18n";
import { LocalMedia } from "../rtc/localMedia";
import { lastDevices } from "../room/stay";
import { Button } from "../ui";
import { CheckDialog } from "./CheckDialog";
import "./texts";

/** At the start of a shift, before anybody needs it. */
export function CheckCard() {
  const t = useTexts("check");
  const [local, setLocal] = useState<LocalMedia>();
  useEffect(() => () => local?.close(), [local]);
  const open = () => {
    const media = new LocalMedia();
    // All of it is tried, whatever was turned off last time.
    void media.open({ ...lastDevices(), camera: true, microphone: true });
    setLocal(media);
  };
  return (
    <section className="card stack" aria-labelledby="check-title">
      <h2 id="check-title">{t("heading")}</h2>
      <p>{t("text")}</p>
      <Button onPress={open} data-testid="check">
        {t("open")}
      </Button>
      {local && <CheckDialog local={local} onClose={() => setLocal(undefined)} />}
    </section>
  );
}
