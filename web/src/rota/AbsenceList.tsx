import { useState } from "react";
import { asApiError } from "../api/problem";
import { rotaApi } from "../api/rota";
import type { Absence } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Banner, Button, useErrorText } from "../ui";
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
  const errorText = useErrorText();
  const [error, setError] = useState<unknown>();
  const takeBack = async (id: string) => {
    setError(undefined);
    try {
      await rotaApi.deleteAbsence(id);
    } catch (failure) {
      // Somebody else may have been faster: then it is gone as well.
      if (asApiError(failure)?.code !== "not_found") setError(failure);
    }
    onDone();
  };
  return (
    <>
      {error !== undefined && (
        <Banner tone="danger" role="alert">
          {errorText(error)}
        </Banner>
      )}
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
    </>
  );
}
