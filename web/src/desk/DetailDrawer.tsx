import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { adopt, keys, useConsult } from "../api/query";
import type { ConsultDetail, Ring } from "../api/types";
import { Timeline } from "../consult/Timeline";
import { useTexts } from "../i18n";
import { formatElapsed, secondsLeft } from "../state/time";
import {
  Banner,
  Button,
  Dialog,
  Elapsed,
  ErrorView,
  Eta,
  Field,
  Instant,
  Loading,
  PhoneLink,
  StateBadge,
  UrgencyBadge,
  useNow,
} from "../ui";
import { Match } from "./Match";

/** Everything about one consult that a coordinator may see: never the patient. */
export function DetailDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTexts("desk");
  const consult = useConsult(id);
  const summary = consult.data?.summary;
  const title = summary ? `${summary.label} · ${summary.service.name}` : t("common:loading");
  return (
    <Dialog look="drawer" title={title} isOpen onClose={onClose}>
      {consult.isPending && <Loading />}
      {consult.isError && consult.data === undefined && (
        <ErrorView error={consult.error} onRetry={() => void consult.refetch()} />
      )}
      {consult.data && <Detail detail={consult.data} />}
    </Dialog>
  );
}

function Detail({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("desk");
  const { summary } = detail;
  const ringing = detail.rings.filter((ring) => ring.outcome === "ringing");
  return (
    <>
      <div className="row spread">
        <div className="row">
          <UrgencyBadge urgency={summary.urgency} />
          <StateBadge state={summary.state} />
          {summary.eta && <Eta at={summary.eta} />}
        </div>
        <span className="drawer-clock">
          <Elapsed since={summary.created_at} />
        </span>
      </div>
      {summary.alarm && (
        <Banner tone="danger" title={t("alarms.heading")}>
          {t(`common:alarm.${summary.alarm}`)}
        </Banner>
      )}
      {ringing.length > 0 && (
        <section>
          <h3>{t("detail.ringingNow")}</h3>
          <ul>
            {ringing.map((ring) => (
              <RingLine key={ring.ring_id} ring={ring} />
            ))}
          </ul>
        </section>
      )}
      <section className="stack">
        <h3>{t("detail.people")}</h3>
        <div className="row">
          <PhoneLink
            number={summary.requester.phone ?? summary.hospital.phone}
            label={`${t("detail.requester")}: ${summary.requester.name}`}
          />
          {summary.requester.phone && (
            <PhoneLink number={summary.hospital.phone} label={t("detail.switchboard", { hospital: summary.hospital.name })} />
          )}
          {summary.specialist && (
            <PhoneLink
              number={summary.specialist.phone ?? summary.service.fallback_phone}
              label={`${t("detail.specialist")} ${summary.specialist.name}`}
            />
          )}
          <PhoneLink number={summary.service.fallback_phone} label={t("detail.fallback", { service: summary.service.name })} />
        </div>
        <p className="muted small">
          {[
            summary.missing.length > 0 ? t("detail.missing", { count: summary.missing.length }) : null,
            summary.studies > 0 ? t("detail.studies", { count: summary.studies }) : null,
            t("detail.noPatient"),
          ]
            .filter(Boolean)
            .join(" · ")}
          {summary.next_deadline && (
            <>
              {" · "}
              {t("detail.next")} <Instant at={summary.next_deadline} seconds />
            </>
          )}
        </p>
      </section>
      <section className="stack">
        <h3>{t("match.heading")}</h3>
        <Match id={summary.id} />
      </section>
      <section className="stack">
        <h3>{t("detail.history")}</h3>
        <Timeline entries={detail.timeline} />
      </section>
      {detail.actions.includes("cancel") && <Cancel id={summary.id} />}
    </>
  );
}

function RingLine({ ring }: { ring: Ring }) {
  const t = useTexts("desk");
  const left = secondsLeft(ring.until, useNow());
  const delivery = ring.seen_at ? "seen" : ring.delivered_at ? "delivered" : "notDelivered";
  return (
    <li className="row">
      <strong>{ring.person.name}</strong>
      <span className="clock">{t("detail.left", { time: left > 90 ? formatElapsed(left * 1000) : `${left} s` })}</span>
      <span className="muted">{t(`detail.${delivery}`)}</span>
    </li>
  );
}

function Cancel({ id }: { id: string }) {
  const t = useTexts("desk");
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const confirm = async () => {
    setPending(true);
    setError(null);
    try {
      adopt(client, await api.act(id, { type: "cancel", reason: reason.trim() }));
      void client.invalidateQueries({ queryKey: keys.board });
      setAsking(false);
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };
  return (
    <div>
      <Button onPress={() => setAsking(true)}>{t("detail.cancel")}</Button>
      <Dialog
        title={t("detail.cancelTitle")}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        role="alertdialog"
        actions={
          <>
            <Button onPress={() => setAsking(false)}>{t("detail.cancelKeep")}</Button>
            <Button variant="danger" isDisabled={reason.trim() === ""} isPending={isPending} onPress={() => void confirm()}>
              {t("detail.cancelConfirm")}
            </Button>
          </>
        }
      >
        <p>{t("detail.cancelText")}</p>
        <Field label={t("detail.cancelReason")} value={reason} onChange={setReason} isRequired maxLength={300} />
        {error !== null && <ErrorView error={error} />}
      </Dialog>
    </div>
  );
}
