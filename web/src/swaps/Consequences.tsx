import type { RotaConflict } from "../api/types";
import { useTexts } from "../i18n";
import { ConflictLine, keyOf } from "../rota/Findings";
import "./texts";

interface Props {
  conflicts: readonly RotaConflict[];
  zone: string;
}

/** What would be wrong by a swap. A missing rest warns, everything else stands in the way. */
export function Consequences({ conflicts, zone }: Props) {
  const t = useTexts("swaps");
  if (conflicts.length === 0) return <p className="small swap-clear">{t("clear")}</p>;
  return (
    <ul className="rota-list small" aria-label={t("consequences")}>
      {conflicts.map((conflict) => (
        <li key={keyOf(conflict)} className={`conflict-${conflict.kind}`}>
          <ConflictLine conflict={conflict} zone={zone} />
        </li>
      ))}
    </ul>
  );
}
