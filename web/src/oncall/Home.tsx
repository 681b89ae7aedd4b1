import { useConsults } from "../api/query";
import type { Me } from "../api/types";
import { PushSwitch } from "../device/PushSection";
import { SelfTestCard } from "../device/SelfTest";
import type { Push } from "../device/usePush";
import { useTexts } from "../i18n";
import { dutyLists } from "../state/lists";
import { MyHandOvers } from "../swaps/HandOver";
import { EmptyState, ErrorView, LinkButton, Loading } from "../ui";
import { goTo } from "../ui/useHash";
import { ArmCard } from "./ArmCard";
import { ConsultCard, OfferCard, PrealertCard, ReportCard } from "./Cards";
import { Duties, DutyTakeOver } from "./Duties";
import { DutyClock } from "./DutyClock";
import { DutyNotes } from "./DutyNotes";
import { Earlier } from "./Earlier";
import { AwayButton, MyAbsences } from "./MyAbsences";
import { Swaps } from "./Swaps";
import { MyAppointments } from "../slots/MyAppointments";
import { PromiseCard, WaitingCard } from "./Waiting";
import { WishesButton } from "./Wishes";

/** What needs this specialist, in the order of who waits hardest. */
export function Home({ me, push, isTestAsked }: { me: Me; push: Push; isTestAsked: boolean }) {
  const t = useTexts("oncall");
  return (
    <div className="stack">
      <h1 className="visually-hidden">{t("title")}</h1>
      <DutyClock />
      <QuickActions me={me} />
      <ArmCard />
      <WakeCard push={push} />
      <Consults me={me} />
      <MyAppointments me={me} />
      <SelfTestCard push={push} isAsked={isTestAsked} onClosed={() => isTestAsked && goTo("#/", true)} />
      <DutyNotes />
      <Swaps me={me} />
      <MyHandOvers />
      <Duties />
      <MyAbsences me={me} />
      <Earlier me={me} />
    </div>
  );
}

/** Everything else in two taps. */
function QuickActions({ me }: { me: Me }) {
  const t = useTexts("device");
  return (
    <nav className="quick" aria-label={t("quick")}>
      <DutyTakeOver />
      <AwayButton me={me} />
      <WishesButton />
      <LinkButton href="#/contacts">{t("contacts.open")}</LinkButton>
      <LinkButton href="#/call-outs">{t("callOuts.open")}</LinkButton>
      <LinkButton href="#/device">{t("title")}</LinkButton>
    </nav>
  );
}

/** Until this device is woken when the app is closed. */
function WakeCard({ push }: { push: Push }) {
  const t = useTexts("device");
  if (push.state === "on" || push.state === "unknown" || push.state === "unsupported" || push.state === "not_offered") return null;
  return (
    <section className="card stack" aria-labelledby="wake-title">
      <h2 id="wake-title">{t("push.heading")}</h2>
      <PushSwitch push={push} />
    </section>
  );
}

function Consults({ me }: { me: Me }) {
  const t = useTexts("oncall");
  const consults = useConsults();
  const lists = dutyLists(consults.data ?? [], me.person.id);
  return (
    <div className="stack">
      {lists.offers.map((consult) => (
        <OfferCard key={consult.id} consult={consult} me={me} />
      ))}
      {lists.promised.map((consult) => (
        <PromiseCard key={consult.id} consult={consult} />
      ))}
      {lists.queued.map((consult) => (
        <WaitingCard key={consult.id} consult={consult} kind="queued" />
      ))}
      {lists.missed.map((consult) => (
        <WaitingCard key={consult.id} consult={consult} kind="missed" />
      ))}
      {lists.prealerts.length > 0 && (
        <section className="stack" aria-labelledby="prealerts-title">
          <h2 id="prealerts-title">{t("prealerts.heading")}</h2>
          {lists.prealerts.map((consult) => (
            <PrealertCard key={consult.id} consult={consult} />
          ))}
        </section>
      )}
      {lists.reports.length > 0 && (
        <section className="card stack reports" aria-labelledby="reports-title">
          <h2 id="reports-title">{t("reports.heading", { count: lists.reports.length })}</h2>
          <ul className="stack">
            {lists.reports.map((consult) => (
              <li key={consult.id}>
                <ReportCard consult={consult} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="stack" aria-labelledby="mine-title">
        <h2 id="mine-title">{t("consults.heading")}</h2>
        {consults.isPending && <Loading />}
        {consults.isError && <ErrorView error={consults.error} onRetry={() => void consults.refetch()} />}
        {consults.data && lists.mine.length === 0 && (
          <EmptyState title={t("consults.empty")}>{t("consults.emptyHint")}</EmptyState>
        )}
        <ul className="stack">
          {lists.mine.map((consult) => (
            <li key={consult.id}>
              <ConsultCard consult={consult} />
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
