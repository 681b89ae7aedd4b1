import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ContactSettings } from "../api/types";
import { useTexts } from "../i18n";
import { faultOf, move, rows, toSend, toggle } from "../state/channels";
import { Banner, Button, Check, Choice, ErrorView, Field, Loading, useErrorText } from "../ui";
import { deviceApi, keys } from "./api";
import "./texts";

/** In which order one is called when a device is silent. */
export function Channels() {
  const t = useTexts("device");
  const settings = useQuery({ queryKey: keys.channels, queryFn: deviceApi.channels });
  return (
    <section className="card stack" aria-labelledby="channels-title" data-testid="channels">
      <h2 id="channels-title">{t("channels.heading")}</h2>
      <p>{t("channels.about")}</p>
      {settings.isPending && <Loading />}
      {settings.isError && <ErrorView error={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.data && <Form settings={settings.data} />}
    </section>
  );
}

function Form({ settings }: { settings: ContactSettings }) {
  const t = useTexts("device");
  const client = useQueryClient();
  const errorText = useErrorText();
  const [order, setOrder] = useState(settings.order);
  const [mobile, setMobile] = useState(settings.mobile ?? "");
  const [language, setLanguage] = useState(settings.language);
  const [outcome, setOutcome] = useState<{ error: unknown } | "saved" | null>(null);
  const [isPending, setPending] = useState(false);
  const fault = faultOf(order, mobile);
  const available = settings.available ?? [];
  const change = (work: () => void) => {
    setOutcome(null);
    work();
  };
  const save = async () => {
    setPending(true);
    try {
      await deviceApi.putChannels(toSend(order, mobile, language));
      await client.invalidateQueries({ queryKey: keys.channels });
      setOutcome("saved");
    } catch (error) {
      setOutcome({ error });
    }
    setPending(false);
  };
  return (
    <>
      <ol className="channel-list">
        <li>
          <strong>{t("channels.first")}</strong>
        </li>
        {rows(order).map(({ channel, isUsed }) => {
          const name = t(`channels.${channel}`);
          const isThere = available.includes(channel);
          return (
            <li key={channel} className="row spread">
              <Check
                label={name}
                hint={isThere ? undefined : t("channels.notHere")}
                aria-label={t("channels.use", { channel: name })}
                isSelected={isUsed}
                isDisabled={!isThere && !isUsed}
                onChange={() => change(() => setOrder(toggle(order, channel)))}
              />
              {isUsed && (
                <span className="row">
                  <Button variant="quiet" aria-label={t("channels.up", { channel: name })} onPress={() => change(() => setOrder(move(order, channel, -1)))}>
                    <span aria-hidden="true">↑</span>
                  </Button>
                  <Button variant="quiet" aria-label={t("channels.down", { channel: name })} onPress={() => change(() => setOrder(move(order, channel, 1)))}>
                    <span aria-hidden="true">↓</span>
                  </Button>
                </span>
              )}
            </li>
          );
        })}
      </ol>
      <Field
        label={t("channels.mobile")}
        description={t("channels.mobileHint")}
        type="tel"
        autoComplete="tel"
        value={mobile}
        maxLength={30}
        error={fault === null ? null : t(`channels.${fault}`)}
        onChange={(value) => change(() => setMobile(value))}
      />
      <Choice<"de" | "en">
        label={t("channels.language")}
        look="pills"
        value={language === "en" ? "en" : "de"}
        onChange={(value) => change(() => setLanguage(value))}
        options={[
          { value: "de", label: "Deutsch" },
          { value: "en", label: "English" },
        ]}
      />
      {outcome !== null && (
        <Banner tone={outcome === "saved" ? "ok" : "danger"} role={outcome === "saved" ? "status" : "alert"}>
          {outcome === "saved" ? t("channels.saved") : errorText(outcome.error)}
        </Banner>
      )}
      <div>
        <Button variant="primary" isPending={isPending} isDisabled={fault !== null} onPress={() => void save()} data-testid="channels-save">
          {t("channels.save")}
        </Button>
      </div>
    </>
  );
}
