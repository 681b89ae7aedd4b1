import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newId } from "../api/ids";
import { keys } from "../api/query";
import { swapsApi } from "../api/swaps";
import type { Calendar, Service } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Dialog, Field, Instant, useErrorText } from "../ui";
import "./swaps.css";
import "./texts";

/** Secret addresses of one's own duties, or of a service's. */
export function SubscribeButton({ service }: { service?: Service | undefined }) {
  const t = useTexts("swaps");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="quiet" onPress={() => setOpen(true)} data-testid="subscribe">
        {t("calendar.open")}
      </Button>
      {isOpen && (
        <Dialog title={t("calendar.title")} isOpen onClose={() => setOpen(false)}>
          <Addresses service={service} />
        </Dialog>
      )}
    </>
  );
}

function Addresses({ service }: { service: Service | undefined }) {
  const t = useTexts("swaps");
  const client = useQueryClient();
  const errorText = useErrorText();
  const [label, setLabel] = useState("");
  const [address, setAddress] = useState<string>();
  const [isCopied, setCopied] = useState(false);
  const [error, setError] = useState<unknown>();
  const known = useQuery({ queryKey: [...keys.rota, "calendars"], queryFn: swapsApi.calendars });
  const shown = (known.data ?? []).filter(({ service_id }) => (service_id ?? undefined) === service?.id);
  const run = async (work: () => Promise<unknown>) => {
    setError(undefined);
    setCopied(false);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    }
    await client.invalidateQueries({ queryKey: keys.rota });
  };
  const make = (id: string, name: string) =>
    void run(async () => {
      const link = await swapsApi.putCalendar(id, { service_id: service?.id ?? null, label: name });
      setAddress(location.origin + link.path);
      setLabel("");
    });
  const copy = () =>
    void navigator.clipboard.writeText(address ?? "").then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <div className="stack" data-testid="calendars">
      <p>{service ? t("calendar.aboutService", { service: service.name }) : t("calendar.about")}</p>
      {error !== undefined && (
        <Banner tone="danger" role="alert">
          {errorText(error)}
        </Banner>
      )}
      {address !== undefined && (
        <Banner tone="ok" role="alert" title={t("calendar.once")} actions={<Button onPress={copy}>{t("calendar.copy")}</Button>}>
          <code className="secret-address" data-testid="address">
            {address}
          </code>
          {isCopied && <p>{t("calendar.copied")}</p>}
        </Banner>
      )}
      <Field label={`${t("calendar.label")} (${t("common:optional")})`} value={label} onChange={setLabel} maxLength={80} />
      <div>
        <Button variant="primary" onPress={() => make(newId(), label)} data-testid="make-address">
          {t("calendar.make")}
        </Button>
      </div>
      {shown.length > 0 && <h3>{t("calendar.known")}</h3>}
      <ul className="stack">
        {shown.map((calendar) => (
          <li key={calendar.id} className="row spread">
            <Known calendar={calendar} />
            <span className="row">
              <Button variant="quiet" onPress={() => make(calendar.id, calendar.label)}>
                {t("calendar.renew")}
              </Button>
              <Button variant="quiet" onPress={() => void run(() => swapsApi.deleteCalendar(calendar.id))}>
                {t("calendar.revoke")}
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Known({ calendar }: { calendar: Calendar }) {
  const t = useTexts("swaps");
  return (
    <span>
      <strong>{calendar.label || t("calendar.untitled")}</strong>
      <span className="block muted small">
        {calendar.used_at ? (
          <>
            {t("calendar.used")} <Instant at={calendar.used_at} />
          </>
        ) : (
          t("calendar.unused")
        )}
      </span>
    </span>
  );
}
