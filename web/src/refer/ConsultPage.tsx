import { useState } from "react";
import { useConsult } from "../api/query";
import type { CaseFields, ConsultDetail, Me } from "../api/types";
import { CancelAction } from "../consult/CancelAction";
import { ClockPanel } from "../consult/ClockPanel";
import { CloseAction, CloseOutView } from "../consult/CloseAction";
import { ExchangeThread } from "../consult/ExchangeThread";
import { ExportAction } from "../consult/ExportAction";
import { LedgerView } from "../consult/LedgerView";
import { GlassBanner, Notes } from "../consult/Notes";
import { Outcomes } from "../consult/Outcomes";
import { People } from "../consult/People";
import { Reasons } from "../consult/Reasons";
import { RoomRecord } from "../consult/RoomRecord";
import { Timeline } from "../consult/Timeline";
import { UrgencyAction } from "../consult/UrgencyAction";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { changes, typedSince } from "../state/fields";
import { phoneOf } from "../state/notes";
import { Banner, ErrorView, LinkButton, Loading, PhoneLink, UrgencyBadge } from "../ui";
import { AnswerCard } from "./AnswerCard";
import { FieldsCard } from "./FieldsCard";
import { Images } from "./Images";
import { PrealertPanel } from "./PrealertPanel";
import { Standing } from "./Standing";
import { unsent } from "./unsent";

/** One consult, from the pre-alert to the outcome. */
export function ConsultPage({ id, me }: { id: string; me: Me }) {
  const t = useTexts("common");
  const consult = useConsult(id);
  if (consult.isPending) return <Loading />;
  if (consult.isError && consult.data === undefined) {
    return (
      <div className="stack">
        <div>
          <LinkButton variant="quiet" href="#/">
            ‹ {t("back")}
          </LinkButton>
        </div>
        <ErrorView error={consult.error} onRetry={() => void consult.refetch()} />
      </div>
    );
  }
  return <Consult detail={consult.data} me={me} />;
}

function Consult({ detail, me }: { detail: ConsultDetail; me: Me }) {
  const t = useTexts("refer");
  const { summary, actions } = detail;
  const work = useAct(summary.id);
  // What a request left out because it did not fit: it stands in the form, to be corrected.
  const [leftOut, setLeftOut] = useState<CaseFields>(() => unsent.get(summary.id) ?? {});
  const [edited, setEdited] = useState<CaseFields>(leftOut);
  const discard = () => keepOnly({});
  const keepOnly = (fields: CaseFields) => {
    unsent.delete(summary.id);
    setLeftOut(fields);
    // `edited` is what stood in the form when the sending, or the discarding, began.
    setEdited((now) => ({ ...fields, ...typedSince(edited, now) }));
  };
  // All of it, also what this page finds nothing wrong with: the server knows more rules.
  const missed = Object.keys(leftOut);
  return (
    <div className="consult">
      <div className="consult-head row">
        <LinkButton variant="quiet" href="#/">
          ‹ {t("common:back")}
        </LinkButton>
        <UrgencyBadge urgency={summary.urgency} />
        <h1>{summary.service.name}</h1>
        <span className="muted">{summary.label}</span>
      </div>
      <div className="consult-top stack">
        <GlassBanner detail={detail} me={me.person} />
        {work.error !== null && <ErrorView error={work.error} />}
        {summary.state === "prealert" ? (
          <PrealertPanel detail={detail} work={work} unsent={changes(detail.fields ?? {}, edited)} onRequested={keepOnly} />
        ) : (
          <>
            <Standing detail={detail} />
            {missed.length > 0 && (
              <Banner tone="warn">
                {t("consult.notSent", { fields: missed.map((name) => t(`common:field.${name}`)).join(", ") })}
              </Banner>
            )}
          </>
        )}
        <Reasons detail={detail} />
        <Notes summary={summary} me={me.person} />
        <ExchangeThread detail={detail} />
        <AnswerCard detail={detail} work={work} />
        <ClockPanel detail={detail} work={work} />
      </div>
      <section className="consult-images card stack" aria-labelledby="images-title">
        <h2 id="images-title">{t("consult.images")}</h2>
        <Images detail={detail} />
      </section>
      <div className="consult-fields">
        <FieldsCard
          detail={detail}
          work={work}
          edited={edited}
          onEdit={(change) => setEdited((old) => ({ ...old, ...change }))}
          onDiscard={discard}
        />
      </div>
      <div className="consult-foot stack">
        <div className="card">
          <People detail={detail} />
        </div>
        <RoomRecord detail={detail} />
        <Outcomes detail={detail} />
        {detail.close_out && <CloseOutView closeOut={detail.close_out} />}
        {detail.ledger && <LedgerView ledger={detail.ledger} />}
        <details className="card">
          <summary>
            <h2>{t("consult.history")}</h2>
          </summary>
          <Timeline entries={detail.timeline} />
        </details>
        {actions.includes("close") && <CloseAction detail={detail} onComplete={goToFields} />}
        <div className="row">
          {actions.includes("change_urgency") && summary.state !== "prealert" && <UrgencyAction summary={summary} />}
          {actions.includes("cancel") && summary.state !== "prealert" && <CancelAction id={summary.id} />}
          <ExportAction detail={detail} me={me} />
        </div>
      </div>
      <PhoneBar detail={detail} />
    </div>
  );
}

/** To the first field that is missing, once the dialog has given the focus back, which takes it one frame. */
function goToFields() {
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const form = document.getElementById("fields");
    form?.scrollIntoView();
    form?.querySelector<HTMLElement>(".is-missing input, .is-missing textarea, .is-missing select")?.focus();
  }));
}

/** The numbers that help on when no software does; always in sight. */
function PhoneBar({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("refer");
  const { specialist, service } = detail.summary;
  return (
    <div className="phone-bar">
      {specialist && (
        <PhoneLink
          number={phoneOf(specialist, service.fallback_phone)}
          label={t("consult.phoneSpecialist", { name: specialist.name })}
        />
      )}
      {specialist?.phone !== null && specialist?.phone !== undefined && (
        <PhoneLink number={service.fallback_phone} label={t("consult.phoneService", { service: service.name })} />
      )}
      {!specialist && <PhoneLink number={service.fallback_phone} label={t("consult.phoneService", { service: service.name })} />}
    </div>
  );
}
