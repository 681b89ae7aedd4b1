import type { ImportReport } from "../api/types";
import { useTexts } from "../i18n";

/** What a file changes or would change, and each bad line: where, what stands there, what to do. */
export function ImportResult({ name, report }: { name: string; report: ImportReport }) {
  const t = useTexts("tables");
  const { changes, faults, bad } = report;
  return (
    <div className="stack" data-testid="import-result">
      <p>
        <strong>{t("result", { name })}</strong> ({t(`encoding.${report.encoding}`)}):{" "}
        {t("counts", { fresh: report.new, changed: report.changed, unchanged: report.unchanged, bad })}
      </p>
      {faults.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t("faults")}>
          <table className="table">
            <caption>{t("faults")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("line")}</th>
                <th scope="col">{t("column")}</th>
                <th scope="col">{t("value")}</th>
                <th scope="col">{t("todo")}</th>
              </tr>
            </thead>
            <tbody>
              {faults.map((fault) => (
                <tr key={`${fault.line}${fault.column ?? ""}`}>
                  <th scope="row">{fault.line}</th>
                  <td>{fault.column ?? t("wholeLine")}</td>
                  <td>{t(`class.${fault.value}`)}</td>
                  <td>{t(`problem.${fault.problem}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {bad > faults.length && <p className="muted small">{t("more", { count: faults.length })}</p>}
        </div>
      )}
      {changes.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t("changes")}>
          <table className="table">
            <caption>{t("changes")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("line")}</th>
                <th scope="col">{t("key")}</th>
                <th scope="col">{t("change")}</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <tr key={change.line}>
                  <th scope="row">{change.line}</th>
                  <td>{change.key}</td>
                  <td>{change.is_new ? t("isNew") : change.columns.join(", ")}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {report.new + report.changed > changes.length && <p className="muted small">{t("more", { count: changes.length })}</p>}
        </div>
      )}
    </div>
  );
}
