import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "../api/query";
import { rotaApi } from "../api/rota";
import type { Duty, DutyLevel, ServiceId } from "../api/types";
import { useTexts } from "../i18n";
import "../rota/texts";
import { Banner, Button, Choice, Dialog, Instant, useErrorText } from "../ui";

interface Props {
  /** Services that one has duties in. */
  services: readonly { id: ServiceId; name: string }[];
}

const LEVELS: readonly DutyLevel[] = ["primary", "secondary"];

/** On duty from now on, in the place of whoever is: two presses. */
export function TakeOver({ services }: Props) {
  const t = useTexts("rota");
  const client = useQueryClient();
  const errorText = useErrorText();
  const [isOpen, setOpen] = useState(false);
  const [service, setService] = useState<ServiceId | null>(services[0]?.id ?? null);
  const [level, setLevel] = useState<DutyLevel>("primary");
  const [done, setDone] = useState<Duty>();
  const [error, setError] = useState<unknown>();
  const [isPending, setPending] = useState(false);
  if (services.length === 0) return null;
  const open = () => {
    setDone(undefined);
    setError(undefined);
    setOpen(true);
  };
  const take = async () => {
    if (service === null) return;
    setError(undefined);
    setPending(true);
    try {
      setDone(await rotaApi.takeOver(service, { level }));
      void client.invalidateQueries({ queryKey: keys.duties });
    } catch (failure) {
      setError(failure);
    }
    setPending(false);
  };
  return (
    <>
      <div>
        <Button onPress={open} data-testid="take-over">
          {t("takeOver.open")}
        </Button>
      </div>
      <Dialog
        title={t("takeOver.title")}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        actions={
          !done && (
            <Button variant="primary" isPending={isPending} isDisabled={service === null} onPress={() => void take()} data-testid="take-over-now">
              {t("takeOver.now")}
            </Button>
          )
        }
      >
        <div className="stack">
          {done ? (
            <Banner tone="ok" role="alert" title={t("takeOver.done")}>
              {t(`common:duty.${done.level}`)}, {t("replace.until")} <Instant at={done.until} />
            </Banner>
          ) : (
            <>
              <p>{t("takeOver.about")}</p>
              <Choice<ServiceId>
                label={t("service")}
                look="pills"
                value={service}
                onChange={setService}
                options={services.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <Choice<DutyLevel>
                label={t("duty.level")}
                look="pills"
                value={level}
                onChange={setLevel}
                options={LEVELS.map((value) => ({ value, label: t(`common:duty.${value}`) }))}
              />
            </>
          )}
          {error !== undefined && (
            <Banner tone="danger" role="alert">
              {errorText(error)}
            </Banner>
          )}
        </div>
      </Dialog>
    </>
  );
}
