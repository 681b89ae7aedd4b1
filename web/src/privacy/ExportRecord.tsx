import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "../api/client";
import { privacyApi } from "../api/privacy";
import { keys } from "../api/query";
import type { Export, ExportState } from "../api/types";
import { useTexts } from "../i18n";
import { Button, ErrorView, Instant } from "../ui";

const LOOK: Record<ExportState, string> = {
  requested: "is-open",
  approved: "is-good",
  refused: "is-bad",
  downloaded: "is-plain",
  expired: "is-plain",
};
/** An approved export can be fetched for that long (`schemas`: `ExportState::Approved`). */
const APPROVED_MS = 24 * 3600_000;
/** A consult's log and reports are small; on a bad line they still take longer than an answer. */
const DOWNLOAD_TIMEOUT_MS = 120_000;

interface ExportRecordProps {
  entry: Export;
  isOwn: boolean;
  mayDecide: boolean;
}

export function ExportRecord({ entry, isOwn, mayDecide }: ExportRecordProps) {
  const t = useTexts("privacy");
  const client = useQueryClient();
  const [pending, setPending] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async (name: string, work: () => Promise<unknown>) => {
    setPending(name);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(null);
      // Also after a refusal: somebody else may have decided first.
      await client.invalidateQueries({ queryKey: keys.privacy });
    }
  };
  const button = (name: "approve" | "refuse" | "download", variant: "primary" | "secondary", work: () => Promise<unknown>) => (
    <Button
      variant={variant}
      isPending={pending === name}
      isDisabled={pending !== null && pending !== name}
      aria-label={t(`exports.${name}Of`, { label: entry.label })}
      onPress={() => void run(name, work)}
    >
      {t(`exports.${name}`)}
    </Button>
  );
  return (
    <li className={`record${entry.state === "requested" && !isOwn ? " is-new" : ""}`}>
      <div className="record-text">
        <span className="row">
          <span className="record-name">{entry.label}</span>
          <span className={`badge ${LOOK[entry.state]}`}>{t(`exportState.${entry.state}`)}</span>
        </span>
        <span className="muted small">
          {t("exports.askedBy", { name: entry.requested_by.name })} <Instant at={entry.requested_at} />
        </span>
        <span className="record-reason">
          {t("reason")}: {entry.reason}
        </span>
        {entry.decided_by && entry.decided_at != null && (
          <span className="muted small">
            {t("exports.decidedBy", { name: entry.decided_by.name })} <Instant at={entry.decided_at} />
            {entry.state === "approved" && (
              <>
                {" · "}
                {t("exports.until")} <Instant at={entry.decided_at + APPROVED_MS} />
              </>
            )}
          </span>
        )}
        {entry.state === "requested" && isOwn && <span className="muted small">{t("exports.second")}</span>}
        {error !== null && <ErrorView error={error} />}
      </div>
      <div className="record-actions">
        {entry.state === "requested" && !isOwn && mayDecide && (
          <>
            {button("refuse", "secondary", () => privacyApi.decideExport(entry.id, false))}
            {button("approve", "primary", () => privacyApi.decideExport(entry.id, true))}
          </>
        )}
        {entry.state === "approved" && isOwn && button("download", "primary", () => download(entry))}
      </div>
    </li>
  );
}

/** Fetched and not linked to: a refusal is then a sentence on this page and not a broken file. */
async function download(entry: Export): Promise<void> {
  const response = await send(privacyApi.exportFile(entry.id), {}, DOWNLOAD_TIMEOUT_MS);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = `${entry.label}.json`;
  link.click();
  // The browser has taken it over by the next task.
  setTimeout(() => URL.revokeObjectURL(url));
}
