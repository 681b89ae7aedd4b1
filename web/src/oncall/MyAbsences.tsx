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
import { FeedsButton } from "../swaps/Feeds";
import { Button, Dialog, useNow } from "../ui";

function useReread() {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: keys.rota });
    void client.invalidateQueries({ queryKey: keys.duties });
  };
}

/** When one is away, as it is written down. */
export function MyAbsences({ me }: { me: Me }) {
  const t = useTexts("rota");
  const zone = useServices().data?.[0]?.zone;
  const reread = useReread();
  const absences = useQuery({ queryKey: [...keys.rota, "absences"], queryFn: rotaApi.myAbsences });
  return (
    <section className="stack" aria-labelledby="absences-title">
      <h2 id="absences-title">{t("mine.title")}</h2>
      {absences.data?.length === 0 && <p className="muted">{t("mine.none")}</p>}
      {absences.data && <AbsenceList absences={absences.data} areOwn onDone={reread} />}
      {zone && (
        <div>
          <FeedsButton person={me.person.id} zone={zone} />
        </div>
      )}
    </section>
  );
}

/** Away: two presses, from now until tomorrow morning, or whatever is written in between. */
export function AwayButton({ me }: { me: Me }) {
  const t = useTexts("rota");
  const reread = useReread();
  const [isOpen, setOpen] = useState(false);
  const zone = useServices().data?.[0]?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = wallOf(useNow(), zone);
  return (
    <>
      <Button onPress={() => setOpen(true)} data-testid="away">
        {t("absence.add")}
      </Button>
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
    </>
  );
}
