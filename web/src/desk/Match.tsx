import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { matchingApi } from "../api/matching";
import { useConsult, useMatch } from "../api/query";
import type { ConsultId, MatchReplay } from "../api/types";
import { useTexts } from "../i18n";
import { Explanation } from "../matching/Explanation";
import { WhatIfDialog } from "../matching/WhatIfDialog";
import { Button, Choice, ErrorView, Instant, Loading } from "../ui";

/** Why this person was rung and why the others were not: every rule, every point. */
export function Match({ id }: { id: ConsultId }) {
  const t = useTexts("matching");
  const match = useMatch(id);
  const consult = useConsult(id);
  const [chosen, setChosen] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const replay = useMutation({ mutationFn: () => matchingApi.replay(id) });
  if (match.isPending) return <Loading />;
  if (match.isError) return <ErrorView error={match.error} onRetry={() => void match.refetch()} />;
  const index = chosen === null ? match.data.length - 1 : Number(chosen);
  const explanation = match.data[index];
  const summary = consult.data?.summary;
  if (explanation === undefined) return <p className="muted">{t("empty")}</p>;
  return (
    <div className="stack">
      {match.data.length > 1 && (
        <Choice<string>
          label={t("decided")}
          look="pills"
          value={String(index)}
          onChange={setChosen}
          options={match.data.map((entry, number) => ({
            value: String(number),
            label: t("round", { round: entry.round }),
            hint: <Instant at={entry.decided_at} seconds />,
          }))}
        />
      )}
      <Explanation explanation={explanation} />
      <div className="row">
        {summary && <Button onPress={() => setAsking(true)}>{t("part.whatIf")}</Button>}
        <Button variant="quiet" isPending={replay.isPending} onPress={() => replay.mutate()}>
          {t("replay.open")}
        </Button>
      </div>
      <div role="status" className="small">
        {replay.data?.map((decision) => <Replayed key={decision.decided_at} decision={decision} />)}
      </div>
      {replay.isError && <ErrorView error={replay.error} />}
      {isAsking && summary && (
        <WhatIfDialog service={summary.service} consult={summary} onClose={() => setAsking(false)} />
      )}
    </div>
  );
}

function Replayed({ decision }: { decision: MatchReplay }) {
  const t = useTexts("matching");
  const { round, outcome } = decision;
  return outcome.type === "differs" ? (
    <p className="field-error">{t("replay.differs", { ...outcome, round })}</p>
  ) : (
    <p>{t(`replay.${outcome.type}`, { round })}</p>
  );
}
