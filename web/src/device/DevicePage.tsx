import { useState } from "react";
import { useTexts } from "../i18n";
import { MAX_PREFETCH_MB, MIN_VOLUME } from "../state/preset";
import { Banner, Button, Field, ThemeToggle } from "../ui";
import { ringer } from "../ui/Ringer";
import { getVolume, setVolume } from "../ui/volume";
import { getBudgets, network, setBudgets } from "./budgets";
import { Channels } from "./Channels";
import { Devices, PushSwitch } from "./PushSection";
import "./texts";
import type { Push } from "./usePush";

/** How this device and this person are reached, how loud, and what is loaded ahead. */
export function DevicePage({ push }: { push: Push }) {
  const t = useTexts("device");
  return (
    <div className="stack">
      <h1>{t("title")}</h1>
      <section className="card stack" aria-labelledby="push-title">
        <h2 id="push-title">{t("push.heading")}</h2>
        <PushSwitch push={push} />
        <Banner tone="info" role="note">
          {t("push.silent")}
        </Banner>
        <Devices push={push} />
      </section>
      <Channels />
      <Sound />
      <Prefetch />
      <div className="card">
        <ThemeToggle />
      </div>
    </div>
  );
}

function Sound() {
  const t = useTexts("device");
  const [volume, setShown] = useState(getVolume);
  return (
    <section className="card stack" aria-labelledby="sound-title">
      <h2 id="sound-title">{t("sound.heading")}</h2>
      <label className="field">
        <span className="field-label">
          {t("sound.volume")}: {Math.round(volume * 100)} %
        </span>
        <input
          type="range"
          className="range"
          min={MIN_VOLUME}
          max={1}
          step={0.05}
          value={volume}
          onChange={(event) => {
            const wanted = Number(event.target.value);
            setVolume(wanted);
            setShown(wanted);
          }}
        />
      </label>
      <div>
        <Button onPress={() => void ringer.arm().then((works) => works && ringer.once("urgent"))}>{t("sound.try")}</Button>
      </div>
      <p className="muted small">{t("sound.hint")}</p>
    </section>
  );
}

function Prefetch() {
  const t = useTexts("device");
  return (
    <section className="card stack" aria-labelledby="prefetch-title">
      <h2 id="prefetch-title">{t("prefetch.heading")}</h2>
      <p>{t("prefetch.about")}</p>
      <div className="budget-fields">
        <Megabytes name="prefetch" label={t("prefetch.wifi")} />
        <Megabytes name="prefetch_mobile" label={t("prefetch.mobile")} />
      </div>
      <p className="muted small">{network().saveData === true ? t("prefetch.saveData") : t("prefetch.hint")}</p>
    </section>
  );
}

/** Kept as it is typed; what is no number between 0 and the most is not taken. */
function Megabytes({ name, label }: { name: "prefetch" | "prefetch_mobile"; label: string }) {
  const [text, setText] = useState(() => String(getBudgets()[name]));
  return (
    <Field
      label={label}
      value={text}
      maxLength={4}
      onChange={(typed) => {
        const digits = typed.replace(/\D/g, "");
        setText(digits);
        if (digits !== "" && Number(digits) <= MAX_PREFETCH_MB) setBudgets({ [name]: Number(digits) });
      }}
    />
  );
}
