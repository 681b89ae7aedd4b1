import type { TFunction } from "i18next";
import type { Candidate, MatchExplanation, Rule, RuleResult } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { failedRule, rulesOf } from "../state/board";
import { formatInstant } from "../state/time";
import { Banner, Instant, useNow } from "../ui";
import "./matching.css";
import "./texts";

/** Every person that was looked at, every rule, every point. */
export function Explanation({ explanation }: { explanation: MatchExplanation }) {
  const t = useTexts("matching");
  const describe = useDescribe();
  const first = explanation.candidates.find((candidate) => candidate.rank === 1);
  const reasons = first?.rules.filter((rule) => rule.points !== 0).map((rule) => describe.points(rule)) ?? [];
  return (
    <>
      <p className="match-first">
        {first === undefined
          ? t("nobody")
          : t(reasons.length === 0 ? "firstPlain" : "first", { name: first.person.name, score: first.score, reasons: reasons.join(", ") })}
      </p>
      {explanation.rest_set_aside && <Banner tone="warn">{t("restSetAside")}</Banner>}
      {explanation.partner && <p className="small">{t("partner")}</p>}
      {explanation.failed.length > 0 && (
        <div>
          <h4 className="small muted">{t("failed")}</h4>
          <ul className="failed-rules">
            {explanation.failed.map((failed) => (
              <li key={failed.rule}>
                {t("failedLine", { count: failed.people, rule: t(`failedRule.${failed.rule}`) })}
              </li>
            ))}
          </ul>
        </div>
      )}
      <CandidateTable candidates={explanation.candidates} />
      <p className="muted small">
        {t("decided")} <Instant at={explanation.decided_at} seconds /> · {t("considered", { count: explanation.considered })} ·{" "}
        {t("revisions", { rota: explanation.rota_revision, directory: explanation.directory_revision, weights: explanation.weights_version })}
      </p>
    </>
  );
}

function CandidateTable({ candidates }: { candidates: readonly Candidate[] }) {
  const t = useTexts("matching");
  const rules = rulesOf(candidates);
  if (candidates.length === 0) return null;
  return (
    // Scrolls by itself, so that the drawer keeps its width; a scrolling region must be reachable by keyboard.
    <div className="match-scroll" tabIndex={0} role="region" aria-label={t("caption")}>
      <table className="match-table">
        <caption className="visually-hidden">{t("caption")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("person")}</th>
            <th scope="col">{t("score")}</th>
            {rules.map((rule) => (
              <th key={rule} scope="col">
                {t(`rule.${rule}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {candidates.map((candidate) => (
            <CandidateRow key={candidate.person.id} candidate={candidate} rules={rules} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CandidateRow({ candidate, rules }: { candidate: Candidate; rules: readonly Rule[] }) {
  const t = useTexts("matching");
  const failed = failedRule(candidate);
  const rank = candidate.rank ?? null;
  return (
    <tr className={rank === null ? "is-out" : rank === 1 ? "is-first" : undefined}>
      <th scope="row">
        {rank !== null && <span className="match-rank">{rank}</span>} {candidate.person.name}
        <span className="muted small block">
          {failed === null ? candidate.person.hospital : t("out", { rule: t(`failedRule.${failed}`) })}
        </span>
      </th>
      <td className="match-score">{rank === null ? "–" : candidate.score}</td>
      {rules.map((rule) => (
        <RuleCell key={rule} result={candidate.rules.find((entry) => entry.rule === rule)} />
      ))}
    </tr>
  );
}

function RuleCell({ result }: { result: RuleResult | undefined }) {
  const t = useTexts("matching");
  const describe = useDescribe();
  if (result === undefined) {
    return (
      <td>
        <span aria-hidden="true">·</span>
        <span className="visually-hidden">{t("notChecked")}</span>
      </td>
    );
  }
  const fact = describe.fact(result);
  return (
    <td className={result.passed ? "rule-passed" : "rule-failed"}>
      {!result.passed ? (
        <>
          <span aria-hidden="true">✗</span>
          <span className="visually-hidden">{t("notPassed")}</span>
        </>
      ) : result.points !== 0 ? (
        <strong className="clock">{signed(result.points)}</strong>
      ) : (
        <>
          <span aria-hidden="true">✓</span>
          <span className="visually-hidden">{t("passed")}</span>
        </>
      )}
      {fact !== null && <span className="small muted block">{fact}</span>}
    </td>
  );
}

const signed = (points: number) => (points > 0 ? `+${points}` : `−${Math.abs(points)}`);

/** What a rule saw, in words. */
function useDescribe() {
  const t = useTexts("matching");
  const locale = localeOf(useLanguage());
  const now = useNow();
  return {
    fact: (result: RuleResult) => factText(result, t, locale, now),
    points: (result: RuleResult) => `${t(`rule.${result.rule}`)} ${signed(result.points)}`,
  };
}

function factText({ rule, passed, fact }: RuleResult, t: TFunction, locale: string, now: number): string | null {
  switch (fact.type) {
    case "plain":
      return null;
    case "duty_until":
      return t("fact.duty_until", { level: t(`common:duty.${fact.level}`), time: formatInstant(fact.until, now, locale) });
    case "rest_until":
      return t(passed ? "fact.rest_set_aside" : "fact.rest_until", { time: formatInstant(fact.until, now, locale) });
    case "valid_until":
      return t(fact.until > now ? "fact.valid_until" : "fact.ended", { time: formatInstant(fact.until, now, locale) });
    case "seconds":
      return t("fact.seconds", { n: fact.n });
    case "part_time":
      return t("fact.part_time", { count: fact.n, percent: fact.percent });
    case "overflow":
      return fact.refusal ? t(`fact.refusal.${fact.refusal}`) : null;
    case "count":
      return rule === "load" || rule === "fairness" ? t(`fact.${rule}`, { count: fact.n }) : t("fact.count", { n: fact.n });
    case "languages":
      return t("fact.languages", { codes: fact.codes.join(", ") });
  }
}
