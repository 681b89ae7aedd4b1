import { useState } from "react";
import { useAllConsults } from "../api/query";
import type { Me } from "../api/types";
import { useTexts } from "../i18n";
import { isOpen, shownConsults } from "../state/lists";
import { Button, ErrorView, Instant, Loading, StateBadge } from "../ui";

/** Rows of the list. More is scrolled by nobody; less hides last week. */
const LIMIT = 100;

/** Consults that this specialist has ended: the report, and how it went on with the patient. Read when asked for. */
export function Earlier({ me }: { me: Me }) {
  const t = useTexts("oncall");
  const [isShown, setShown] = useState(false);
  const all = useAllConsults(isShown);
  const mine = shownConsults(all.data ?? [], true, Number.MAX_SAFE_INTEGER)
    .filter((consult) => !isOpen(consult) && consult.specialist?.id === me.person.id)
    .slice(0, LIMIT);
  return (
    <section className="stack" aria-labelledby="earlier-title">
      <div className="row spread">
        <h2 id="earlier-title">{t("earlier.heading")}</h2>
        <Button onPress={() => setShown(!isShown)} aria-expanded={isShown}>
          {isShown ? t("earlier.hide") : t("earlier.show")}
        </Button>
      </div>
      {isShown && all.isPending && <Loading />}
      {isShown && all.isError && <ErrorView error={all.error} onRetry={() => void all.refetch()} />}
      {isShown && all.data && mine.length === 0 && <p className="muted">{t("earlier.empty")}</p>}
      {isShown && mine.length > 0 && (
        <ul className="card earlier">
          {mine.map((consult) => (
            <li key={consult.id}>
              <a href={`#/consult/${consult.id}`}>
                {consult.label} · {consult.hospital.name}
              </a>
              <span className="row">
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
