import { useState } from "react";
import { swapsApi } from "../api/swaps";
import type { RotaSettings, ServiceId } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Check, Field, useErrorText } from "../ui";

interface Props {
  service: ServiceId;
  settings: RotaSettings;
  onDone(): void;
}

/** What a service wants of its rota. */
export function SwapRules({ service, settings, onDone }: Props) {
  const t = useTexts("swaps");
  const errorText = useErrorText();
  const [needs, setNeeds] = useState(settings.swaps_need_approval);
  const [minutes, setMinutes] = useState(String(settings.notice_minutes));
  const [said, setSaid] = useState<unknown>();
  const save = async () => {
    setSaid(undefined);
    try {
      await swapsApi.putSettings(service, { swaps_need_approval: needs, notice_minutes: Number(minutes) });
      setSaid("saved");
      onDone();
    } catch (failure) {
      setSaid(failure);
    }
  };
  return (
    <details>
      <summary>{t("settings.title")}</summary>
      <div className="stack">
        <Check label={t("settings.approval")} isSelected={needs} onChange={setNeeds} />
        <Field label={t("settings.notice")} value={minutes} onChange={setMinutes} maxLength={3} />
        {said !== undefined && (
          <Banner tone={said === "saved" ? "ok" : "danger"} role="alert">
            {said === "saved" ? t("settings.saved") : errorText(said)}
          </Banner>
        )}
        <div>
          <Button isDisabled={!/^\d{1,3}$/.test(minutes)} onPress={() => void save()} data-testid="swap-rules-save">
            {t("settings.save")}
          </Button>
        </div>
      </div>
    </details>
  );
}
