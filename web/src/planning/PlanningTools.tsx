import type { ReactNode } from "react";
import type { PlanningFacts, RotaPlan, RotaView } from "../api/types";
import { useTexts } from "../i18n";
import type { WallDate } from "../rota/zoneTime";
import { FairnessTable } from "./FairnessTable";
import { Layers } from "./Layers";
import "./planning.css";
import "./texts";
import { WishRules } from "./WishRules";

interface Props {
  view: RotaView;
  plan: RotaPlan;
  days: readonly WallDate[];
  /** Absent until it is read. */
  facts: PlanningFacts | undefined;
  isBehind: boolean;
  onEdit(plan: RotaPlan, sentence: string): void;
}

/** Below the month: what it is made of, how it is shared out, and what people may wish. */
export function PlanningTools({ view, plan, days, facts, isBehind, onEdit }: Props) {
  const t = useTexts("planning");
  const first = days[0] ?? "";
  return (
    <div className="stack">
      <Folded id="layers" title={t("layers.title")}>
        <Layers view={view} plan={plan} day={first} isBehind={isBehind} onEdit={onEdit} />
      </Folded>
      <Folded id="fairness" title={t("fairness.title")}>
        <FairnessTable view={view} />
      </Folded>
      {facts && (
        <Folded id="wish-rules" title={t("rules.title")}>
          <WishRules key={`${first} ${facts.rev}`} service={view.service} facts={facts} people={view.people.filter(({ qualified }) => qualified).map(({ person }) => person)} first={first} />
        </Folded>
      )}
    </div>
  );
}

function Folded({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <details className="card planning-fold" data-testid={`fold-${id}`}>
      <summary>
        <h3>{title}</h3>
      </summary>
      <div className="stack">{children}</div>
    </details>
  );
}
