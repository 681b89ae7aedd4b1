import { useState } from "react";
import type { CaseFields, ConsultDetail, Urgency } from "../api/types";
import { CancelAction } from "../consult/CancelAction";
import { EditDialog } from "../consult/ClockPanel";
import { URGENCIES } from "../consult/UrgencyAction";
import type { Act } from "../consult/useAct";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { splitInvalid } from "../state/fields";
import { names, notifiedOf } from "../state/notes";
import { formatElapsed, formatInstant } from "../state/time";
import { Banner, Button, Choice, Instant, PhoneLink, useNow } from "../ui";

export interface PrealertPanelProps {
  detail: ConsultDetail;
  work: Act;
  /** What was entered below and is not sent yet; it goes along with the request. */
  unsent: CaseFields;
  /** Told what did not fit and was left out. */
  onRequested: (leftOut: CaseFields) => void;
}

/** A pre-alert: who knows, when the patient comes, and the one button that turns it into the request. */
export function PrealertPanel({ detail, work, unsent, onRequested }: PrealertPanelProps) {
  const t = useTexts("refer");
  const now = useNow();
  const locale = localeOf(useLanguage());
  const { summary, actions } = detail;
  // Until somebody picks one here it is the consult's own, which a coordinator may change meanwhile.
  const [picked, setUrgency] = useState<Urgency | null>(null);
  const urgency = picked ?? summary.urgency;
  const { valid, invalid } = splitInvalid(unsent, now);
  const wrong = Object.keys(invalid).map((name) => t(`common:field.${name}`));
  const isBlocked = wrong.length > 0 && urgency !== "emergency";
  const [isEditing, setEditing] = useState(false);
  const eta = summary.eta ?? null;
  const notified = notifiedOf(detail.timeline);
  const request = async () => {
    if (isBlocked) return;
    if (await work.act({ type: "request_now", urgency, fields: valid })) onRequested(invalid);
  };
  return (
    <section className="card stack standing standing-prealert" aria-label={t("common:state.prealert")}>
      <Banner tone="ok" title={t("prealert.sent")}>
        {t("prealert.sentText", { service: summary.service.name, time: formatInstant(summary.created_at, now, locale) })}
        {notified !== null && notified.length > 0 && (
          <>
            <br />
            {t("prealert.notified", { names: names(notified) })}
          </>
        )}
      </Banner>
      {notified?.length === 0 && (
        <Banner tone="warn" actions={<PhoneLink number={summary.service.fallback_phone} />}>
          {t("prealert.nobody")}
        </Banner>
      )}
      <div className="standing-clock">
        <span>{t("prealert.arrival")}</span>
        {eta === null ? (
          <span className="muted">{t("prealert.noEta")}</span>
        ) : (
          <>
            <strong className="standing-time clock" role="timer" aria-live="off">
              {eta > now ? formatElapsed(eta - now) : t("common:eta.arrived")}
            </strong>
            <span className="muted">
              <Instant at={eta} />
            </span>
          </>
        )}
        {actions.includes("complete_fields") && <Button onPress={() => setEditing(true)}>{t("prealert.changeEta")}</Button>}
      </div>
      {actions.includes("request_now") && (
        <div className="stack">
          <Choice<Urgency>
            label={t("prealert.requestUrgency")}
            look="row"
            value={urgency}
            onChange={setUrgency}
            options={URGENCIES.map((value) => ({ value, label: t(`common:urgency.${value}`), tone: value }))}
          />
          <Button
            variant={urgency === "emergency" ? "danger" : "primary"}
            size="huge"
            block
            isPending={work.pending === "request_now"}
            isDisabled={isBlocked}
            onPress={() => void request()}
          >
            {t("prealert.request")}
          </Button>
          {wrong.length > 0 && (
            <Banner tone="warn" role="note">
              {t(isBlocked ? "new.correct" : "new.leftOut", { fields: wrong.join(", ") })}
            </Banner>
          )}
          <p className="muted small">
            {Object.keys(unsent).length > 0 ? t("prealert.withEdits") : t("prealert.requestHint")}
          </p>
        </div>
      )}
      {actions.includes("cancel") && (
        <div>
          <CancelAction id={summary.id} />
        </div>
      )}
      {isEditing && (
        <EditDialog
          name="eta"
          at={eta}
          work={work}
          onClose={() => setEditing(false)}
          onSave={async (at) => {
            if (await work.act({ type: "complete_fields", fields: { eta: at } })) setEditing(false);
          }}
        />
      )}
    </section>
  );
}
