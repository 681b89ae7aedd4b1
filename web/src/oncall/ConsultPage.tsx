import { useEffect, useState } from "react";
import { useConsult } from "../api/query";
import type { ConsultDetail, Me } from "../api/types";
import { CaseView } from "../consult/CaseView";
import { ClockPanel } from "../consult/ClockPanel";
import { CloseOutView } from "../consult/CloseAction";
import { ExchangeThread } from "../consult/ExchangeThread";
import { ExportAction } from "../consult/ExportAction";
import { LedgerView } from "../consult/LedgerView";
import { GlassBanner, Notes } from "../consult/Notes";
import { OfferActions } from "../consult/OfferActions";
import { Outcomes } from "../consult/Outcomes";
import { People } from "../consult/People";
import { Reasons } from "../consult/Reasons";
import { RoomRecord } from "../consult/RoomRecord";
import { Timeline } from "../consult/Timeline";
import { useAct, type Act } from "../consult/useAct";
import { PrefetchLine } from "../device/PrefetchLine";
import { useTexts } from "../i18n";
import { PhoneDialog } from "../room/PhoneDialog";
import { askedSince, isOpen } from "../state/lists";
import { phoneOf } from "../state/notes";
import { outcomeKey } from "../state/summons";
import { Banner, Button, Elapsed, ErrorView, Eta, LinkButton, Loading, PhoneLink, StateBadge, UrgencyBadge } from "../ui";
import { seenBy } from "../ui/seen";
import { Arrival } from "./Cards";
import { Report } from "./Report";
import { StudyLine } from "./StudyLine";

/** One consult: into the room, the case, the images, the report. */
export function ConsultPage({ id, me }: { id: string; me: Me }) {
  const consult = useConsult(id);
  if (consult.isPending) return <Loading />;
  return (
    <div className="stack">
      <BackLink />
      {consult.data === undefined ? (
        <ErrorView error={consult.error} onRetry={() => void consult.refetch()} />
      ) : (
        <Consult detail={consult.data} me={me} />
      )}
    </div>
  );
}

export function BackLink() {
  const t = useTexts("common");
  return (
    <div>
      <LinkButton variant="quiet" href="#/">
        ‹ {t("back")}
      </LinkButton>
    </div>
  );
}

function Consult({ detail, me }: { detail: ConsultDetail; me: Me }) {
  const t = useTexts("oncall");
  const { summary } = detail;
  const work = useAct(summary.id);
  const hasOutcomes = detail.outcomes.length > 0;
  useEffect(() => {
    if (hasOutcomes) seenBy(me.person.id).add(outcomeKey(summary));
  }, [hasOutcomes, summary, me.person.id]);
  return (
    <>
      <GlassBanner detail={detail} me={me.person} />
      <Head detail={detail} work={work} />
      <Reasons detail={detail} />
      <Notes summary={summary} me={me.person} />
      <OfferActions detail={detail} me={me.person.id} />
      <ExchangeThread detail={detail} />
      {detail.fields && (
        <section className="card stack" aria-labelledby="case-title">
          <h2 id="case-title">{t("consult.case")}</h2>
          <CaseView fields={detail.fields} />
          {summary.missing.length > 0 && (
            <Banner tone="info" role="note">
              {t("consult.missing", { fields: summary.missing.map((field) => t(`common:field.${field}`)).join(", ") })}
            </Banner>
          )}
          <h3>{t("consult.images")}</h3>
          {detail.studies.length === 0 && <p className="muted">{t("consult.noImages")}</p>}
          <ul className="stack">
            {detail.studies.map((study) => (
              <StudyLine key={study.id} study={study} />
            ))}
          </ul>
        </section>
      )}
      <ClockPanel detail={detail} work={work} />
      <Report detail={detail} me={me} />
      <Outcomes detail={detail} />
      {detail.close_out && <CloseOutView closeOut={detail.close_out} />}
      <div className="card">
        <People detail={detail} />
      </div>
      <RoomRecord detail={detail} />
      {detail.ledger && <LedgerView ledger={detail.ledger} />}
      <details className="card">
        <summary>
          <h2>{t("consult.history")}</h2>
        </summary>
        <Timeline entries={detail.timeline} />
      </details>
      <div className="row">
        <ExportAction detail={detail} me={me} />
      </div>
    </>
  );
}

/** The room on another device, by a code that it reads. */
function OnPhone({ id }: { id: string }) {
  const t = useTexts("oncall");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onPress={() => setOpen(true)} data-testid="on-phone">
        {t("phone")}
      </Button>
      {isOpen && <PhoneDialog consult={id} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Whose patient, how urgent, and the ways in: room, telephone, accept on purpose. */
function Head({ detail, work }: { detail: ConsultDetail; work: Act }) {
  const t = useTexts("oncall");
  const { summary, actions } = detail;
  return (
    <section className="card stack" aria-labelledby="consult-title">
      <div className="row spread">
        <div className="row">
          <UrgencyBadge urgency={summary.urgency} />
          <StateBadge state={summary.state} queued={Boolean(summary.queue)} />
          <span className="muted">{summary.label}</span>
        </div>
        {summary.state === "prealert" ? (
          <Arrival consult={summary} />
        ) : (
          <span className="case-clock">
            <Elapsed since={askedSince(summary)} until={isOpen(summary) ? null : summary.state_since} />
          </span>
        )}
      </div>
      <div>
        <h1 id="consult-title">{summary.hospital.name}</h1>
        <p>
          {summary.service.name}
          {summary.eta && summary.state !== "prealert" && isOpen(summary) && (
            <>
              {" · "}
              <Eta at={summary.eta} />
            </>
          )}
        </p>
      </div>
      {work.error !== null && <ErrorView error={work.error} />}
      {actions.includes("join") && (
        <>
          <LinkButton variant="ok" size="huge" block href={`/room/${summary.id}`}>
            {t("consult.enter")}
          </LinkButton>
          <PrefetchLine id={summary.id} />
          <OnPhone id={summary.id} />
        </>
      )}
      {actions.includes("accept") && (
        <Button
          variant="ok"
          size="huge"
          block
          isPending={work.pending === "accept"}
          onPress={() => void work.act({ type: "accept" })}
        >
          {t("ring.accept")}
        </Button>
      )}
      {summary.state === "prealert" && <p className="muted">{t("prealerts.hint")}</p>}
      <div className="row">
        <PhoneLink
          number={detail.fields?.callback_phone ?? phoneOf(summary.requester, summary.hospital.phone)}
          label={`${t("consult.requester")}: ${summary.requester.name}`}
        />
        {actions.includes("end_session") && (
          <Button isPending={work.pending === "end_session"} onPress={() => void work.act({ type: "end_session" })}>
            {t("consult.end")}
          </Button>
        )}
      </div>
    </section>
  );
}
