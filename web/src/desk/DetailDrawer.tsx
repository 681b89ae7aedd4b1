import { useConsult } from "../api/query";
import type { ConsultDetail, PersonRef, Ring } from "../api/types";
import { CancelAction } from "../consult/CancelAction";
import { CloseAction } from "../consult/CloseAction";
import { GlassBanner, Notes } from "../consult/Notes";
import { OfferActions } from "../consult/OfferActions";
import { People } from "../consult/People";
import { RoomRecord } from "../consult/RoomRecord";
import { LedgerView } from "../consult/LedgerView";
import { Timeline } from "../consult/Timeline";
import { UrgencyAction } from "../consult/UrgencyAction";
import { useAct } from "../consult/useAct";
import { useLanguage, useTexts } from "../i18n";
import { askedSince } from "../state/lists";
import { formatElapsed, secondsLeft } from "../state/time";
import { Banner, Button, Dialog, Elapsed, ErrorView, Eta, Instant, LinkButton, Loading, StateBadge, TestBadge, UrgencyBadge, useNow } from "../ui";
import { AppointmentPanel } from "../slots/AppointmentPanel";
import { Match } from "./Match";

/** Everything about one consult that a coordinator may see and do: never the patient. */
export function DetailDrawer({ id, me, onClose }: { id: string; me: PersonRef | undefined; onClose: () => void }) {
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
      {consult.data && <Detail detail={consult.data} me={me} />}
    </Dialog>
  );
}

function Detail({ detail, me }: { detail: ConsultDetail; me: PersonRef | undefined }) {
  const t = useTexts("desk");
  const { summary } = detail;
  const ringing = detail.rings.filter((ring) => ring.outcome === "ringing");
  return (
    <>
      <div className="row spread">
        <div className="row">
          <UrgencyBadge urgency={summary.urgency} />
          <TestBadge isTest={summary.is_test} />
          <StateBadge state={summary.state} queued={Boolean(summary.queue)} />
          {summary.out_of_area && <span className="badge is-plain">{t("matching:outOfArea", { network: summary.out_of_area.network })}</span>}
          {summary.eta && <Eta at={summary.eta} />}
        </div>
        <span className="drawer-clock">
          <Elapsed since={askedSince(summary)} />
        </span>
      </div>
      <GlassBanner detail={detail} me={me} />
      {summary.alarm && (
        <Banner tone="danger" title={t("alarms.heading")}>
          {t(`common:alarm.${summary.alarm}`)}
        </Banner>
      )}
      <Notes summary={summary} me={me} />
      {summary.state === "booked" && <AppointmentPanel detail={detail} level="h3" />}
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
      <Steps detail={detail} me={me} />
      <People detail={detail} level="h3" />
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
      <RoomRecord detail={detail} />
      <section className="stack">
        <h3>{t("matching:heading")}</h3>
        <Match id={summary.id} />
      </section>
      {detail.ledger && <LedgerView ledger={detail.ledger} />}
      <section className="stack">
        <div className="row spread">
          <h3>{t("detail.history")}</h3>
          <HistoryFiles id={summary.id} />
        </div>
        <Timeline entries={detail.timeline} />
      </section>
    </>
  );
}

/** The history as a file, to the second. */
function HistoryFiles({ id }: { id: string }) {
  const t = useTexts("desk");
  const language = useLanguage();
  const file = (kind: "csv" | "pdf") => `/api/consults/${encodeURIComponent(id)}/timeline.${kind}?language=${language}`;
  return (
    <div className="row">
      <LinkButton href={file("csv")} download="" variant="quiet">
        {t("detail.csv")}
      </LinkButton>
      <LinkButton href={file("pdf")} download="" variant="quiet">
        {t("detail.pdf")}
      </LinkButton>
    </div>
  );
}

/** What the coordinator can do now. Whom to call in or assign is beside the people. */
function Steps({ detail, me }: { detail: ConsultDetail; me: PersonRef | undefined }) {
  const t = useTexts("consult");
  const { summary, actions } = detail;
  const work = useAct(summary.id);
  return (
    <section className="stack" aria-label={t("desk:detail.steps")}>
      {work.error !== null && <ErrorView error={work.error} />}
      {actions.includes("take_over") && summary.taken_over_by?.id !== me?.id && (
        <div className="stack">
          <Button
            variant="primary"
            size="large"
            block
            isPending={work.pending === "take_over"}
            onPress={() => void work.act({ type: "take_over" })}
          >
            {t("people.takeOver")}
          </Button>
          <p className="muted small">{t("people.takeOverHint")}</p>
        </div>
      )}
      {me && <OfferActions detail={detail} me={me.id} />}
      <div className="row">
        {actions.includes("join") && <LinkButton href={`/room/${summary.id}`}>{t("desk:detail.enter")}</LinkButton>}
        {actions.includes("change_urgency") && <UrgencyAction summary={summary} />}
        {actions.includes("close") && <CloseAction detail={detail} />}
        {actions.includes("cancel") && <CancelAction id={summary.id} />}
      </div>
    </section>
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
