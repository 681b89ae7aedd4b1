import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTexts } from "../i18n";
import { Banner, Button, ErrorView, Instant, useErrorText } from "../ui";
import { deviceApi, keys } from "./api";
import "./texts";
import { isWithoutService, type Push } from "./usePush";

/** The switch for this device, with the sentence why; what a phone cannot do is said here. */
export function PushSwitch({ push }: { push: Push }) {
  const t = useTexts("device");
  const errorText = useErrorText();
  const { state, isWorking, failure } = push;
  return (
    <div className="stack" data-testid="push" data-state={state}>
      {state !== "on" && state !== "not_offered" && <p>{t("push.why")}</p>}
      {state === "on" && (
        <Banner
          tone="ok"
          title={t("push.on")}
          actions={
            <Button isPending={isWorking} onPress={() => void push.disable()}>
              {t("push.turnOff")}
            </Button>
          }
        >
          {null}
        </Banner>
      )}
      {state === "off" && (
        <>
          <Button variant="primary" size="large" block isPending={isWorking} onPress={() => void push.enable()} data-testid="push-enable">
            {isWorking ? t("push.working") : t("push.enable")}
          </Button>
          <p className="muted small">{t("push.off")}</p>
        </>
      )}
      {(state === "denied" || state === "unsupported" || state === "install" || state === "not_offered") && (
        <Banner tone="warn" role="note">
          {t(`push.${state}`)}
        </Banner>
      )}
      {failure !== null && (
        <Banner tone="danger" role="alert">
          {isWithoutService(failure) ? t("push.noService") : errorText(failure)}
        </Banner>
      )}
    </div>
  );
}

/** Everything that is woken for this person. */
export function Devices({ push }: { push: Push }) {
  const t = useTexts("device");
  const client = useQueryClient();
  const channels = useQuery({ queryKey: keys.channels, queryFn: deviceApi.channels });
  const devices = channels.data?.devices ?? [];
  const remove = async (id: string) => {
    if (id === push.device) await push.disable();
    else await deviceApi.deletePush(id).catch(() => undefined);
    await client.invalidateQueries({ queryKey: keys.channels });
  };
  return (
    <div className="stack">
      <h3>{t("push.devices")}</h3>
      {channels.isError && <ErrorView error={channels.error} onRetry={() => void channels.refetch()} />}
      {channels.data && devices.length === 0 && <p className="muted">{t("push.none")}</p>}
      <ul className="device-list">
        {devices.map((device) => (
          <li key={device.id} className="row spread">
            <span>
              <strong>{device.label}</strong>
              {device.id === push.device && ` (${t("push.this")})`}
              <br />
              <span className="muted small">
                {t("push.since")} <Instant at={device.since} /> ·{" "}
                {device.delivered_at ? (
                  <>
                    {t("push.last")} <Instant at={device.delivered_at} />
                  </>
                ) : (
                  t("push.never")
                )}
              </span>
            </span>
            <Button aria-label={t("push.removeNamed", { label: device.label })} onPress={() => void remove(device.id)}>
              {t("push.remove")}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
