import type { ReactNode } from "react";
import type { CaseFields } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Instant } from "../ui";
import "./consult.css";

/** The case's fields to read; only those that are there. */
export function CaseView({ fields }: { fields: CaseFields }) {
  const t = useTexts("common");
  const locale = localeOf(useLanguage());
  const birth = fields.birth_date ? new Date(`${fields.birth_date}T00:00:00Z`) : null;
  const rows: [keyof CaseFields, ReactNode][] = [
    ["question", fields.question],
    ["diagnosis", fields.diagnosis],
    ["medication", fields.medication],
    ["last_seen_well", fields.last_seen_well ? <Instant at={fields.last_seen_well} /> : null],
    ["family_name", fields.family_name],
    ["given_name", fields.given_name],
    [
      "birth_date",
      birth && !Number.isNaN(birth.getTime())
        ? new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(birth)
        : fields.birth_date,
    ],
    ["sex", fields.sex ? t(`sex.${fields.sex}`) : null],
    ["insurance_number", fields.insurance_number],
    ["patient_id", fields.patient_id],
    ["language", fields.language ? (new Intl.DisplayNames(locale, { type: "language" }).of(fields.language) ?? fields.language) : null],
    ["justification", fields.justification ? t(`justification.${fields.justification}`) : null],
    ["callback_phone", fields.callback_phone],
    ["deadline", fields.deadline ? <Instant at={fields.deadline} /> : null],
    ["eta", fields.eta ? <Instant at={fields.eta} /> : null],
  ];
  return (
    <dl className="facts">
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name} className="fact">
            <dt>{t(`field.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
