import type { ConsultDetail } from "../api/types";
import { CaseView } from "../consult/CaseView";
import { useTexts } from "../i18n";

/** What the report takes over from the request, to check and not to write. */
export function Identity({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("report");
  const { summary, fields } = detail;
  if (!fields) return null;
  const { requester, hospital } = summary;
  const phone = fields.callback_phone ?? requester.phone ?? hospital.phone;
  return (
    <details className="identity">
      <summary>{t("identity")}</summary>
      <div className="stack">
        <p className="muted small">{t("identityHint")}</p>
        <CaseView fields={fields} />
        <p>
          <span className="muted">{t("requester")}: </span>
          {[requester.name, hospital.name, phone].filter(Boolean).join(", ")}
        </p>
        {summary.missing.length > 0 && (
          <p className="small">
            {t("missing", { fields: summary.missing.map((field) => t(`common:field.${field}`)).join(", ") })}
          </p>
        )}
      </div>
    </details>
  );
}
