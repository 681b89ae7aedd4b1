import { useState } from "react";
import { useAllConsults } from "../api/query";
import type { ConsultSummary, Me } from "../api/types";
import { useTexts } from "../i18n";
import { earlierConsults } from "../state/lists";
import { outcomeKey } from "../state/summons";
import { Button, ErrorView, Instant, Loading, StateBadge } from "../ui";
import { useSeen } from "../ui/seen";

/** Rows of the list. More is scrolled by nobody; less hides last week. */
const LIMIT = 100;

/**
 * Consults that are over for this person: the report, and how it went on with the patient. What was told since they last
 * looked is counted beside the heading.
 */
export function Earlier({ me }: { me: Me }) {
  const t = useTexts("oncall");
  const [isShown, setShown] = useState(false);
  const all = useAllConsults(true);
  const seen = useSeen(me.person.id);
  const earlier = earlierConsults(all.data ?? [], me.person.id, LIMIT);
  const isNews = (consult: ConsultSummary) => consult.outcomes > 0 && !seen.includes(outcomeKey(consult));
  const news = earlier.filter(isNews).length;
  return (
    <section className="stack" aria-labelledby="earlier-title">
      <div className="row spread">
        <span className="row">
          <h2 id="earlier-title">{t("earlier.heading")}</h2>
          {news > 0 && <span className="badge state-act">{t("earlier.news", { count: news })}</span>}
        </span>
        <Button onPress={() => setShown(!isShown)} aria-expanded={isShown}>
          {isShown ? t("earlier.hide") : t("earlier.show")}
        </Button>
      </div>
      {isShown && all.isPending && <Loading />}
      {isShown && all.isError && <ErrorView error={all.error} onRetry={() => void all.refetch()} />}
      {isShown && all.data && earlier.length === 0 && <p className="muted">{t("earlier.empty")}</p>}
      {isShown && earlier.length > 0 && (
        <ul className="card earlier">
          {earlier.map((consult) => (
            <li key={consult.id}>
              <a href={`#/consult/${consult.id}`}>
                {consult.label} · {consult.hospital.name}
              </a>
              <span className="row">
                {consult.outcomes > 0 && (
                  <span className={`badge ${isNews(consult) ? "state-act" : "state-done"}`}>
                    {t("earlier.outcomes", { count: consult.outcomes })}
                  </span>
                )}
                <StateBadge state={consult.state} />
                <span className="muted small">
                  <Instant at={consult.created_at} />
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
