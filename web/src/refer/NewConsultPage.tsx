import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { newId } from "../api/ids";
import { api } from "../api/client";
import { serverNow } from "../api/clock";
import { adopt, keys, useServices } from "../api/query";
import { adoptFreeSlots, useSlots } from "../api/slots";
import type { CaseFields, Me, AppointmentSlot, Urgency, WantedAppointment } from "../api/types";
import { useTexts } from "../i18n";
import { blockers, defaultDeadline, invalidFields, missingFields } from "../state/fields";
import { formatReferRoute } from "../state/route";
import { WhenChoice, type When } from "../slots/WhenChoice";
import { Banner, Button, Choice, Dialog, ErrorView, Loading, PhoneLink } from "../ui";
import { goTo } from "../ui/useHash";
import { CaseForm } from "./CaseForm";
import { ImageIntake } from "./ImageIntake";
import { sendRequest } from "./sendRequest";
import { unsent } from "./unsent";
import type { ScannedObject } from "./upload/scan";
import { uploaderOf } from "./upload/Uploader";

const URGENCIES: readonly Urgency[] = ["emergency", "urgent", "elective"];
/** Minutes until the patient arrives; 0 is "is here". */
const ETAS = ["0", "5", "10", "15", "20", "30", "45"] as const;

/** From nothing to ringing in three taps; everything else can follow. */
export function NewConsultPage({ me }: { me: Me }) {
  const t = useTexts("refer");
  const client = useQueryClient();
  const services = useServices();
  // Made once: sending again after a lost answer asks for the same consult.
  const [id] = useState(() => newId());
  const [urgency, setUrgency] = useState<Urgency | null>(null);
  const [serviceId, setServiceId] = useState<string | null>(null);
  const [when, setWhen] = useState<When | null>(null);
  const [slot, setSlot] = useState<AppointmentSlot | null>(null);
  const [etaMinutes, setEtaMinutes] = useState<(typeof ETAS)[number] | null>(null);
  const [deadlineChosen, setDeadlineChosen] = useState(false);
  const [fields, setFields] = useState<CaseFields>(() => ({ callback_phone: me.person.phone ?? null }));
  const [images, setImages] = useState<ScannedObject[]>([]);
  const [isEdited, setEdited] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const [tried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const free = useSlots(serviceId, null, urgency === "elective");
  // Where nobody can book, an elective request rings as it always did.
  const byAppointment = urgency === "elective" && free.data?.is_bookable === true;
  const wish = byAppointment ? when : "ring";
  const unwished = wish === null ? "when" : wish === "slot" && slot === null ? "slot" : wish === "whenever" && fields.deadline == null ? "deadline" : null;
  const blocked = [...blockers({ serviceId, urgency, fields }), ...(unwished === null ? [] : [unwished])];
  const invalid = Object.keys(invalidFields(fields, serverNow()));
  const isEmergency = urgency === "emergency";
  const isInvalid = invalid.length > 0 && !isEmergency;
  const missing = missingFields(fields);
  const isDirty = serviceId !== null || urgency !== null || images.length > 0 || isEdited;
  useLeaveWarning(isDirty && !isPending);

  const chooseUrgency = (chosen: Urgency) => {
    setUrgency(chosen);
    if (!deadlineChosen) setFields((old) => ({ ...old, deadline: defaultDeadline(chosen, serverNow()) }));
  };
  const change = (part: CaseFields) => {
    if ("deadline" in part) setDeadlineChosen(true);
    setEdited(true);
    setFields((old) => ({ ...old, ...part }));
  };
  const chooseEta = (minutes: (typeof ETAS)[number]) => {
    setEtaMinutes(minutes);
    const eta = minutes === "0" ? null : Math.round(serverNow() / 60_000 + Number(minutes)) * 60_000;
    setFields((old) => ({ ...old, eta }));
  };

  const send = async () => {
    setTried(true);
    if (isPending || blocked.length > 0 || isInvalid || urgency === null || serviceId === null) return;
    setPending(true);
    setError(null);
    try {
      const wanted = { id, service_id: serviceId, urgency, fields, ...appointmentOf(wish, slot) };
      const { detail, leftOut } = await sendRequest(api, me.person.id, wanted, serverNow());
      if (Object.keys(leftOut).length > 0) unsent.set(id, leftOut);
      adopt(client, detail);
      void client.invalidateQueries({ queryKey: keys.consults });
      if (images.length > 0) uploaderOf(id).add(images);
      goTo(formatReferRoute({ page: "consult", id: detail.summary.id }), true);
    } catch (failure) {
      // Somebody was faster: what is free now is in the list, and nothing was sent.
      if (adoptFreeSlots(client, serviceId, null, failure)) {
        setSlot(null);
        setTried(false);
      }
      setError(failure);
      setPending(false);
    }
  };

  const reasons = useMemo(() => [...blocked, ...(isInvalid ? (["invalid"] as const) : [])], [blocked, isInvalid]);

  if (services.isPending) return <Loading />;
  if (services.isError) return <ErrorView error={services.error} onRetry={() => void services.refetch()} />;
  const chosen = services.data.find((service) => service.id === serviceId);

  return (
    <div className="new stack">
      <div className="row">
        <Button variant="quiet" onPress={() => (isDirty ? setLeaving(true) : leave())}>
          ‹ {t("common:back")}
        </Button>
        <h1>{t("new.heading")}</h1>
      </div>
      <Choice<Urgency>
        label={t("new.urgency")}
        look="row"
        value={urgency}
        onChange={chooseUrgency}
        isRequired
        error={tried && urgency === null ? t("new.blocked.urgency") : null}
        options={URGENCIES.map((value) => ({
          value,
          label: t(`common:urgency.${value}`),
          hint: t(`new.urgencyHint.${value}`),
          tone: value,
        }))}
      />
      {services.data.length === 0 ? (
        <Banner tone="warn" role="alert">
          {t("new.noServices")}
        </Banner>
      ) : (
        <Choice<string>
          label={t("new.service")}
          value={serviceId}
          onChange={setServiceId}
          isRequired
          error={tried && serviceId === null ? t("new.blocked.service") : null}
          options={services.data.map((service) => ({ value: service.id, label: service.name, hint: service.network }))}
        />
      )}
      {byAppointment && free.data && (
        <WhenChoice
          list={free.data}
          deadline={fields.deadline ?? null}
          when={when}
          slot={slot}
          onChange={(chosen, picked) => {
            setWhen(chosen);
            setSlot(picked);
            setError(null);
          }}
          error={tried && unwished !== null ? t(`new.blocked.${unwished}`) : null}
        />
      )}
      <Choice<(typeof ETAS)[number]>
        label={t("new.eta")}
        look="pills"
        value={etaMinutes}
        onChange={chooseEta}
        options={ETAS.map((value) => ({
          value,
          label: value === "0" ? t("new.etaHere") : t("new.etaMinutes", { minutes: value }),
        }))}
      />
      <section className="card stack" aria-labelledby="images-title">
        <h2 id="images-title">{t("consult.images")}</h2>
        <ImageIntake
          knownPatientId={fields.patient_id ?? null}
          onObjects={(objects) => setImages((old) => union(old, objects))}
        />
        {images.length > 0 && (
          <Banner
            tone="ok"
            actions={<Button onPress={() => setImages([])}>{t("upload.discard")}</Button>}
          >
            {t("upload.ready", {
              objects: images.length,
              studies: t("upload.studies", { count: new Set(images.map((image) => image.studyInstanceUid)).size }),
            })}{" "}
            {t("new.imagesAfter")}
          </Banner>
        )}
      </section>
      <section className="card stack" aria-labelledby="case-title">
        <div>
          <h2 id="case-title">{t("new.case")}</h2>
          <p className="muted">{urgency === "emergency" ? t("new.caseEmergency") : t("new.caseOther")}</p>
          {urgency !== null && missing.length > 0 && <p>{t("new.missing", { count: missing.length })}.</p>}
        </div>
        <CaseForm fields={fields} onChange={change} markMissing={false} />
      </section>
      <div className="send-bar">
        {error !== null && <ErrorView error={error} onRetry={unwished === null ? () => void send() : undefined} />}
        {isEmergency && invalid.length > 0 && (
          <Banner tone="warn" role="note">
            {t("new.leftOut", { fields: invalid.map((name) => t(`common:field.${name}`)).join(", ") })}
          </Banner>
        )}
        {tried && reasons.length > 0 && (
          <Banner tone="warn" role="alert">
            {reasons.map((reason) => t(`new.blocked.${reason}`)).join(" ")}
          </Banner>
        )}
        <div className="send-row">
          <Button
            variant={urgency === "emergency" ? "danger" : "primary"}
            size="huge"
            isPending={isPending}
            onPress={() => void send()}
            className="send-button"
          >
            {urgency === "emergency" ? t("new.sendEmergency") : t(SEND[wish ?? "ring"])}
          </Button>
          {chosen && <PhoneLink number={chosen.fallback_phone} />}
        </div>
      </div>
      <Dialog
        title={t("new.leaveTitle")}
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        role="alertdialog"
        actions={
          <>
            <Button onPress={() => setLeaving(false)}>{t("new.stay")}</Button>
            <Button variant="danger" onPress={leave}>
              {t("new.leaveAnyway")}
            </Button>
          </>
        }
      >
        <p>{t("new.leave")}</p>
      </Dialog>
    </div>
  );
}

const SEND = { ring: "new.send", slot: "slots:wish.sendSlot", whenever: "slots:wish.sendWhenever" } as const;

function appointmentOf(wish: When | null, slot: AppointmentSlot | null): { appointment?: WantedAppointment } {
  if (wish === "whenever") return { appointment: { type: "whenever" } };
  if (wish !== "slot" || slot === null) return {};
  return { appointment: { type: "slot", slot: { person: slot.person.id, start: slot.start } } };
}

const leave = () => goTo(formatReferRoute({ page: "list" }));

/** Objects of both, each once. */
function union(old: readonly ScannedObject[], added: readonly ScannedObject[]): ScannedObject[] {
  return [...new Map([...old, ...added].map((object) => [object.sopInstanceUid, object])).values()];
}

/** Nothing of the form is stored anywhere: it holds patient data and the PC is shared. */
function useLeaveWarning(active: boolean) {
  useEffect(() => {
    if (!active) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [active]);
}
