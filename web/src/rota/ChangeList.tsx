import type { DutyChange } from "../api/types";
import { useTexts } from "../i18n";
import { Instant } from "../ui";

/** What each person gets and loses. */
export function ChangeList({ changes, zone }: { changes: readonly DutyChange[]; zone: string }) {
  const t = useTexts("rota");
  return (
    <ul className="rota-list" data-testid="changes">
      {changes.map((change) => (
        <li key={`${change.person.id}${change.level}${change.kind}`}>
          <strong>{change.person.name}</strong> ({t(`common:duty.${change.level}`)}, {t(`kind.${change.kind}`)})
          {change.gained.map((span) => (
            <span key={`+${span.from}`} className="block change-gained">
              + <Instant at={span.from} zone={zone} /> – <Instant at={span.until} zone={zone} />
            </span>
          ))}
          {change.lost.map((span) => (
            <span key={`-${span.from}`} className="block change-lost">
              − <Instant at={span.from} zone={zone} /> – <Instant at={span.until} zone={zone} />
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}
