import { rotaApi } from "../api/rota";
import type { Absence } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Button } from "../ui";
import { formatWall } from "./zoneTime";

interface Props {
  absences: readonly Absence[];
  /** Whose they are goes without saying. */
  areOwn?: boolean;
  /** One was taken back, or is not there any more. */
  onDone(): void;
}

export function AbsenceList({ absences, areOwn = false, onDone }: Props) {
  const t = useTexts("rota");
  const locale = localeOf(useLanguage());
  const takeBack = async (id: string) => {
    // Somebody else may have been faster: then it is gone as well.
    await rotaApi.deleteAbsence(id).catch(() => undefined);
    onDone();
  };
  return (
    <ul className="rota-absences" data-testid="absences">
      {absences.map((absence) => (
        <li key={absence.id} className="row spread">
          <span>
            {!areOwn && <strong>{absence.person.name}, </strong>}
            {t(`absence.kinds.${absence.kind}`)}: {formatWall(absence.from, locale)} – {formatWall(absence.until, locale)}
          </span>
          <Button variant="quiet" onPress={() => void takeBack(absence.id)}>
            {t("absence.takeBack")}
          </Button>
        </li>
      ))}
    </ul>
  );
}
