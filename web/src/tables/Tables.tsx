import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { csrfHeader, send } from "../api/client";
import type { ImportMode, ImportReport, TableKind } from "../api/types";
import { useLanguage, useTexts } from "../i18n";
import { Banner, Button, ErrorView, LinkButton, SelectField } from "../ui";
import { ImportResult } from "./ImportResult";
import "../ui/table.css";
import "./tables.css";
import "./texts";

const KINDS: readonly TableKind[] = ["hospitals", "departments", "services", "people", "contracts"];
/** A large table takes a while to be planned and written. */
const TIMEOUT_MS = 60_000;

/** Reads a table of the directory: checked first, line by line, and then written. */
export function Tables() {
  const t = useTexts("tables");
  const client = useQueryClient();
  const language = useLanguage();
  const input = useRef<HTMLInputElement>(null);
  const [kind, setKind] = useState<TableKind>("people");
  const [file, setFile] = useState<File | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [pending, setPending] = useState<ImportMode | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async (mode: ImportMode) => {
    if (file === null) return;
    setPending(mode);
    setError(null);
    try {
      const answer = await send(
        `/api/admin/import?table=${kind}&mode=${mode}`,
        { method: "POST", headers: { "Content-Type": "text/csv", ...(await csrfHeader()) }, body: await file.arrayBuffer() },
        TIMEOUT_MS,
      );
      setReport((await answer.json()) as ImportReport);
      if (mode !== "check") await client.invalidateQueries();
    } catch (failed) {
      setReport(null);
      setError(failed);
    } finally {
      setPending(null);
    }
  };
  const forget = () => {
    setReport(null);
    setError(null);
  };
  const writable = report !== null && !report.written && report.new + report.changed > 0;
  return (
    <section className="card stack tables" aria-labelledby="tables-title" data-testid="tables">
      <h2 id="tables-title">{t("heading")}</h2>
      <p className="muted">{t("intro")}</p>
      <div className="row tables-tools">
        <SelectField
          label={t("table")}
          placeholder={t(`kind.${kind}`)}
          value={kind}
          onChange={(value) => {
            setKind(KINDS.find((each) => each === value) ?? "people");
            forget();
          }}
          options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
        />
        <label className="field">
          <span className="field-label">{t("file")}</span>
          <input
            ref={input}
            className="input"
            type="file"
            accept=".csv,text/csv"
            onChange={(event) => {
              setFile(event.target.files?.[0] ?? null);
              forget();
            }}
          />
        </label>
        <Button variant="primary" isDisabled={file === null} isPending={pending === "check"} onPress={() => void run("check")}>
          {t("check")}
        </Button>
        <LinkButton href={`/api/admin/export.csv?table=${kind}&language=${language}`} download="">
          {t("export")}
        </LinkButton>
      </div>
      <p className="muted small">{t(`columns.${kind}`)}</p>
      {error !== null && <ErrorView error={error} />}
      {/* Always there, so that a screen reader hears what comes into it. */}
      <div role="status" className="stack">
        {report?.written && <Banner tone="ok">{t("written")}</Banner>}
        {report && <ImportResult name={file?.name ?? ""} report={report} />}
      </div>
      {report !== null && !report.written && !writable && report.bad === 0 && <p>{t("nothing")}</p>}
      {writable && (
        <div className="row">
          {report.bad === 0 && (
            <Button variant="primary" isPending={pending === "whole"} onPress={() => void run("whole")}>
              {t("whole")}
            </Button>
          )}
          {report.bad > 0 && (
            <Button isPending={pending === "good"} onPress={() => void run("good")}>
              {t("good")}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
