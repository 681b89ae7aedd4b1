import { useState } from "react";
import type { RotaView } from "../api/types";
import { useTexts } from "../i18n";
import { Dialog, SelectField } from "../ui";
import { AbsenceForm } from "./AbsenceForm";
import { AbsenceList } from "./AbsenceList";
import { addDays } from "./zoneTime";

interface Props {
  view: RotaView;
  person: string | undefined;
  day: string;
  onDone(): void;
  onClose(): void;
}

/** When somebody of the service is away; what is written down for the month can be taken back. */
export function AbsenceDialog({ view, person: wanted, day, onDone, onClose }: Props) {
  const t = useTexts("rota");
  const [person, setPerson] = useState(wanted ?? "");
  const shown = view.absences.filter((absence) => person === "" || absence.person.id === person);
  return (
    <Dialog title={t("absence.title")} isOpen onClose={onClose}>
      <div className="stack">
        <SelectField
          label={t("person")}
          placeholder={t("choose")}
          value={person}
          onChange={setPerson}
          options={view.people.map(({ person: { id, name } }) => ({ value: id, label: name }))}
        />
        <AbsenceForm
          key={person}
          person={person}
          zone={view.service.zone}
          kind="holiday"
          from={`${day}T00:00:00`}
          until={`${addDays(day, 1)}T00:00:00`}
          onDone={onDone}
        />
        {shown.length > 0 && (
          <>
            <h3>{t("absence.known")}</h3>
            <AbsenceList absences={shown} onDone={onDone} />
          </>
        )}
      </div>
    </Dialog>
  );
}
