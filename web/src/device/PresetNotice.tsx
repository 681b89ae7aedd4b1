import { useEffect, useState } from "react";
import { setLanguage, useTexts } from "../i18n";
import { toSend } from "../state/channels";
import { readPreset, type Preset, type ReadPreset } from "../state/preset";
import { Banner, Button } from "../ui";
import { setTheme } from "../ui/theme";
import { goTo, useHash } from "../ui/useHash";
import { setVolume } from "../ui/volume";
import { deviceApi } from "./api";
import { setBudgets } from "./budgets";
import "./texts";

const THEMES = { auto: "themeAuto", light: "themeLight", dark: "themeDark" } as const;

/** Takes over what a device manager wrote into the address, and says what that was. */
export function PresetNotice() {
  const t = useTexts("device");
  const hash = useHash();
  const [taken, setTaken] = useState<ReadPreset | null>(null);
  useEffect(() => {
    const read = readPreset(hash);
    if (read === null) return;
    apply(read.preset);
    setTaken(read);
    // Once: the address is not to be kept, and the app begins where it always does.
    goTo("#/", true);
  }, [hash]);
  if (taken === null) return null;
  const names = Object.keys(taken.preset) as (keyof Preset)[];
  return (
    <div data-testid="preset">
      <Banner tone={taken.unknown.length > 0 ? "warn" : "info"} title={t("preset.heading")} actions={<Button onPress={() => setTaken(null)}>{t("outbox.dismiss")}</Button>}>
        {t("preset.about")}
        <ul>
          {names.length === 0 && <li>{t("preset.nothing")}</li>}
          {names.map((name) => (
            <li key={name}>
              {t(`preset.${name}`)}: {valueOf(name, taken.preset)}
            </li>
          ))}
        </ul>
        {taken.unknown.length > 0 && (
          <>
            {t("preset.unknown")}
            <ul>
              {taken.unknown.map((text) => (
                <li key={text}>
                  <code>{text}</code>
                </li>
              ))}
            </ul>
          </>
        )}
      </Banner>
    </div>
  );

  function valueOf(name: keyof Preset, preset: Preset): string {
    switch (name) {
      case "language":
        return preset.language === "en" ? "English" : "Deutsch";
      case "theme":
        return t(`common:${THEMES[preset.theme ?? "auto"]}`);
      case "volume":
        return `${Math.round((preset.volume ?? 1) * 100)} %`;
      case "prefetch":
      case "prefetch_mobile":
        return `${preset[name] ?? 0} MB`;
      case "channels":
        return preset.channels?.map((channel) => t(`channels.${channel}`)).join(", ") || t("preset.noChannels");
    }
  }
}

function apply({ language, theme, volume, prefetch, prefetch_mobile, channels }: Preset): void {
  if (language) setLanguage(language);
  if (theme) setTheme(theme);
  if (volume !== undefined) setVolume(volume);
  if (prefetch !== undefined) setBudgets({ prefetch });
  if (prefetch_mobile !== undefined) setBudgets({ prefetch_mobile });
  if (channels) void putOrder(channels);
}

/** The number and the language stay as they are. */
async function putOrder(channels: NonNullable<Preset["channels"]>): Promise<void> {
  try {
    const known = await deviceApi.channels();
    await deviceApi.putChannels(toSend(channels, known.mobile ?? "", known.language));
  } catch {
    // The page of this device shows the order as it is.
  }
}
