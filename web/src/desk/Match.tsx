import type { TFunction } from "i18next";
import { useState } from "react";
import { useMatch } from "../api/query";
import type { Candidate, ConsultId, MatchExplanation, Rule, RuleResult } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { failedRule, rulesOf } from "../state/board";
import { formatInstant } from "../state/time";
import { Choice, ErrorView, Instant, Loading, useNow } from "../ui";

/** Why this person was rung and why the others were not: every rule, every point. */
export function Match({ id }: { id: ConsultId }) {
  const t = useTexts("desk");
  const match = useMatch(id);
  const [chosen, setChosen] = useState<string | null>(null);
  if (match.isPending) return <Loading />;
  if (match.isError) return <ErrorView error={match.error} onRetry={() => void match.refetch()} />;
  const index = chosen === null ? match.data.length - 1 : Number(chosen);
  const explanation = match.data[index];
  if (explanation === undefined) return <p className="muted">{t("match.empty")}</p>;
  return (
    <div className="stack">
      {match.data.length > 1 && (
        <Choice<string>
          label={t("match.decided")}
          look="pills"
          value={String(index)}
          onChange={setChosen}
          options={match.data.map((entry, number) => ({
            value: String(number),
            label: t("match.round", { round: entry.round }),
            hint: <Instant at={entry.decided_at} seconds />,
          }))}
        />
      )}
      <Explanation explanation={explanation} />
    </div>
  );
}

function Explanation({ explanation }: { explanation: MatchExplanation }) {
  const t = useTexts("desk");
  const describe = useDescribe();
  const first = explanation.candidates.find((candidate) => candidate.rank === 1);
  const reasons = first?.rules.filter((rule) => rule.points !== 0).map((rule) => describe.points(rule)) ?? [];
  return (
    <>
      <p className="match-first">
        {first ? t("match.first", { name: first.person.name, score: first.score, reasons: reasons.join(", ") }) : t("match.nobody")}
      </p>
      {explanation.failed.length > 0 && (
        <div>
          <h4 className="small muted">{t("match.failed")}</h4>
          <ul className="failed-rules">
            {explanation.failed.map((failed) => (
              <li key={failed.rule}>
                {t("match.failedLine", { count: failed.people, rule: t(`match.failedRule.${failed.rule}`) })}
              </li>
            ))}
          </ul>
        </div>
      )}
      <CandidateTable candidates={explanation.candidates} />
      <p className="muted small">
        {t("match.decided")} <Instant at={explanation.decided_at} seconds /> · {t("match.considered", { count: explanation.considered })} ·{" "}
        {t("match.revisions", { rota: explanation.rota_revision, directory: explanation.directory_revision })}
      </p>
    </>
  );
}

function CandidateTable({ candidates }: { candidates: readonly Candidate[] }) {
  const t = useTexts("desk");
  const rules = rulesOf(candidates);
  if (candidates.length === 0) return null;
  return (
    // Scrolls by itself, so that the drawer keeps its width; a scrolling region must be reachable by keyboard.
    <div className="match-scroll" tabIndex={0} role="region" aria-label={t("match.caption")}>
      <table className="match-table">
        <caption className="visually-hidden">{t("match.caption")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("match.person")}</th>
            <th scope="col">{t("match.score")}</th>
            {rules.map((rule) => (
              <th key={rule} scope="col">
                {t(`match.rule.${rule}`)}
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
  const t = useTexts("desk");
  const failed = failedRule(candidate);
  const rank = candidate.rank ?? null;
  return (
    <tr className={rank === null ? "is-out" : rank === 1 ? "is-first" : undefined}>
      <th scope="row">
        {rank !== null && <span className="match-rank">{rank}</span>} {candidate.person.name}
        <span className="muted small block">
          {failed === null ? candidate.person.hospital : t("match.out", { rule: t(`match.failedRule.${failed}`) })}
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
  const t = useTexts("desk");
  const describe = useDescribe();
  if (result === undefined) {
    return (
      <td>
        <span aria-hidden="true">·</span>
        <span className="visually-hidden">{t("match.notChecked")}</span>
      </td>
    );
  }
  const fact = describe.fact(result);
  return (
    <td className={result.passed ? "rule-passed" : "rule-failed"}>
      {!result.passed ? (
        <>
          <span aria-hidden="true">✗</span>
          <span className="visually-hidden">{t("match.notPassed")}</span>
        </>
      ) : result.points !== 0 ? (
        <strong className="clock">{signed(result.points)}</strong>
      ) : (
        <>
          <span aria-hidden="true">✓</span>
          <span className="visually-hidden">{t("match.passed")}</span>
        </>
      )}
      {fact !== null && <span className="small muted block">{fact}</span>}
    </td>
  );
}

const signed = (points: number) => (points > 0 ? `+${points}` : `−${Math.abs(points)}`);

/** What a rule saw, in words. */
function useDescribe() {
  const t = useTexts("desk");
  const locale = localeOf(useLanguage());
  const now = useNow();
  return {
    fact: (result: RuleResult) => factText(result, t, locale, now),
    points: (result: RuleResult) => `${t(`match.rule.${result.rule}`)} ${signed(result.points)}`,
  };
}

function factText({ rule, fact }: RuleResult, t: TFunction, locale: string, now: number): string | null {
  switch (fact.type) {
    case "plain":
      return null;
    case "duty_until":
      return t("match.fact.duty_until", { level: t(`common:duty.${fact.level}`), time: formatInstant(fact.until, now, locale) });
    case "rest_until":
      return t("match.fact.rest_until", { time: formatInstant(fact.until, now, locale) });
    case "count":
      return rule === "load" || rule === "fairness" ? t(`match.fact.${rule}`, { count: fact.n }) : t("match.fact.count", { n: fact.n });
    case "languages":
      return t("match.fact.languages", { codes: fact.codes.join(", ") });
  }
}
