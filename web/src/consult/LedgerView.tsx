import type { Ledger } from "../api/types";
import { useTexts } from "../i18n";
import { Instant } from "../ui";
import "./consult.css";
import "./texts";

/** Minutes from the log, and what they may be billed by: a suggestion, never a bill. */
export function LedgerView({ ledger }: { ledger: Ledger }) {
  const t = useTexts("consult");
  return (
    <details className="card">
      <summary>
        <h2>{t("ledger.heading")}</h2>
      </summary>
      <div className="stack">
        <p>
          <strong>{t("ledger.talk", { count: ledger.talk_minutes })}</strong>
          <br />
          {t("ledger.specialist", { count: ledger.specialist_minutes })}
        </p>
        <div>
          <h3>{t("ledger.suggestion")}</h3>
          {ledger.suggestions.length === 0 ? (
            <p className="muted">{t("ledger.nothing")}</p>
          ) : (
            <ul>
              {ledger.suggestions.map((suggestion) => (
                <li key={suggestion.code}>
                  <strong className="clock">
                    {suggestion.times} × {suggestion.code}
                  </strong>{" "}
                  {t(`ledger.code.${suggestion.code}`)}
                </li>
              ))}
            </ul>
          )}
          <p className="muted small">{t("ledger.suggestionHint")}</p>
        </div>
        {ledger.stays.length > 0 && (
          <div>
            <h3>{t("ledger.stays")}</h3>
            <ul className="small">
              {ledger.stays.map((stay, index) => (
                <li key={index}>
                  {stay.person.name}: <Instant at={stay.from} seconds /> –{" "}
                  {stay.until ? <Instant at={stay.until} seconds /> : t("ledger.stillIn")}
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </details>
  );
}
