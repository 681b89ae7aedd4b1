import { useState } from "react";
import type { Me } from "../api/types";
import { useTexts } from "../i18n";
import { Button, EmptyState, ErrorView, Loading } from "../ui";
import { ExportRecord } from "./ExportRecord";
import { RequestExportDialog } from "./RequestExportDialog";
import { useExports } from "./queries";

/** Copies of a whole consult for a court or an authority: one person asks, another one decides. */
export function Exports({ me }: { me: Me }) {
  const t = useTexts("privacy");
  const exports = useExports();
  const [isAsking, setAsking] = useState(false);
  const mayDecide = me.roles.includes("data_protection");
  return (
    <section className="stack" aria-labelledby="exports-title">
      <div className="section-head">
        <div>
          <h1 id="exports-title">{t("exports.heading")}</h1>
          <p className="muted">{t("exports.intro")}</p>
        </div>
        <Button variant="primary" onPress={() => setAsking(true)}>
          {t("exports.ask")}
        </Button>
      </div>
      {exports.isPending && <Loading />}
      {exports.isError && <ErrorView error={exports.error} onRetry={() => void exports.refetch()} />}
      {exports.data?.length === 0 && <EmptyState title={t("exports.empty")} />}
      <ul className="records">
        {(exports.data ?? []).map((entry) => (
          <ExportRecord key={entry.id} entry={entry} isOwn={entry.requested_by.id === me.person.id} mayDecide={mayDecide} />
        ))}
      </ul>
      {isAsking && <RequestExportDialog onClose={() => setAsking(false)} />}
    </section>
  );
}
