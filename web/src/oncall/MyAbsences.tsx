import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys, useServices } from "../api/query";
import { rotaApi } from "../api/rota";
import type { Me } from "../api/types";
import { useTexts } from "../i18n";
import { AbsenceForm } from "../rota/AbsenceForm";
import { AbsenceList } from "../rota/AbsenceList";
import "../rota/texts";
import { addDays, wallOf } from "../rota/zoneTime";
import { Button, Dialog, useNow } from "../ui";

/** When one is away: two presses, from now until tomorrow morning, or whatever is written in between. */
export function MyAbsences({ me }: { me: Me }) {
  const t = useTexts("rota");
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const absences = useQuery({ queryKey: [...keys.rota, "absences"], queryFn: rotaApi.myAbsences });
  const zone = useServices().data?.[0]?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = wallOf(useNow(), zone);
  const reread = () => {
    void client.invalidateQueries({ queryKey: keys.rota });
    void client.invalidateQueries({ queryKey: keys.duties });
  };
  return (
    <section className="stack" aria-labelledby="absences-title">
      <div className="row spread">
        <h2 id="absences-title">{t("mine.title")}</h2>
        <Button onPress={() => setOpen(true)} data-testid="away">
          {t("absence.add")}
        </Button>
      </div>
      {absences.data?.length === 0 && <p className="muted">{t("mine.none")}</p>}
      {absences.data && <AbsenceList absences={absences.data} areOwn onDone={reread} />}
      <Dialog title={t("absence.title")} isOpen={isOpen} onClose={() => setOpen(false)}>
        <div className="stack">
          <AbsenceForm
            person={me.person.id}
            zone={zone}
            kind="sick"
            from={`${now.slice(0, 16)}:00`}
            until={`${addDays(now.slice(0, 10), 1)}T08:00:00`}
            onDone={reread}
          />
        </div>
      </Dialog>
    </section>
  );
}
