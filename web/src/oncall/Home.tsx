import { CheckCard } from "../check/CheckCard";
import { useConsults } from "../api/query";
import type { Me } from "../api/types";
import { useTexts } from "../i18n";
import { dutyLists } from "../state/lists";
import { EmptyState, ErrorView, Loading } from "../ui";
import { ArmCard } from "./ArmCard";
import { ConsultCard, OfferCard, PrealertCard, ReportCard } from "./Cards";
import { Duties } from "./Duties";
import { DutyNotes } from "./DutyNotes";
import { Earlier } from "./Earlier";
import { MyAbsences } from "./MyAbsences";
import { PromiseCard, WaitingCard } from "./Waiting";

/** What needs this specialist, in the order of who waits hardest. */
export function Home({ me }: { me: Me }) {
  const t = useTexts("oncall");
  return (
    <div className="stack">
      <h1 className="visually-hidden">{t("title")}</h1>
      <ArmCard />
      <Consults me={me} />
      <CheckCard />
      <DutyNotes />
      <Duties />
      <MyAbsences me={me} />
      <Earlier me={me} />
    </div>
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
