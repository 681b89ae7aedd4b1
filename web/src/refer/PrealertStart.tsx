import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { serverNow } from "../api/clock";
import { newId } from "../api/ids";
import { asApiError } from "../api/problem";
import { adopt, keys, useServices } from "../api/query";
import type { Me, Service } from "../api/types";
import { useTexts } from "../i18n";
import { ETA_MINUTES, etaIn } from "../state/clock";
import { toWire } from "../state/fields";
import { formatReferRoute } from "../state/route";
import { Banner, Button, ErrorView, Loading, PhoneLink } from "../ui";
import { goTo } from "../ui/useHash";

/** Two taps before any data: whom, and when the patient comes. It is an emergency because the button says so. */
export function PrealertStart({ me }: { me: Me }) {
  const t = useTexts("refer");
  const services = useServices();
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <section className="card stack prealert-start" aria-labelledby="prealert-title">
      <div>
        <h2 id="prealert-title">{t("prealert.heading")}</h2>
        <p className="muted">{t("prealert.text")}</p>
      </div>
      {services.isPending && <Loading />}
      {services.isError && <ErrorView error={services.error} onRetry={() => void services.refetch()} />}
      {services.data?.length === 0 && <Banner tone="warn">{t("new.noServices")}</Banner>}
      <ul className="prealert-services">
        {services.data?.map((service) => (
          <li key={service.id} className={chosen === service.id ? "is-chosen" : undefined}>
            <Button
              size="huge"
              block
              className="prealert-tile"
              aria-expanded={chosen === service.id}
              onPress={() => setChosen(chosen === service.id ? null : service.id)}
            >
              {service.name}
            </Button>
            {chosen === service.id && <Arrival me={me} service={service} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Arrival({ me, service }: { me: Me; service: Service }) {
  const t = useTexts("refer");
  const client = useQueryClient();
  // Made once: a second tap after a lost answer asks for the same consult.
  const [id] = useState(() => newId());
  const [pending, setPending] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const open = () => goTo(formatReferRoute({ page: "consult", id }));
  const send = async (minutes: number) => {
    if (pending !== null) return;
    setPending(minutes);
    setError(null);
    const fields = toWire({ eta: etaIn(minutes, serverNow()), callback_phone: me.person.phone ?? null });
    try {
      adopt(client, await api.createConsult({ id, service_id: service.id, urgency: "emergency", fields, prealert: true }));
      void client.invalidateQueries({ queryKey: keys.consults });
      open();
    } catch (failure) {
      // The first tap had arrived, with another time: it is there.
      if (asApiError(failure)?.code === "conflict") return open();
      setError(failure);
      setPending(null);
    }
  };
  return (
    <div className="prealert-arrival stack">
      <p>
        <strong>{t("prealert.sendTo")}</strong>
      </p>
      <div className="prealert-etas">
        {ETA_MINUTES.map((minutes) => (
          <Button
            key={minutes}
            variant="danger"
            size="large"
            aria-label={t("prealert.send", { service: service.name, minutes })}
            isPending={pending === minutes}
            isDisabled={pending !== null && pending !== minutes}
            onPress={() => void send(minutes)}
          >
            {t("prealert.minutes", { minutes })}
          </Button>
        ))}
      </div>
      {error !== null && <ErrorView error={error} />}
      {error !== null && <PhoneLink number={service.fallback_phone} label={service.name} large />}
    </div>
  );
}
