import type { ReactNode } from "react";
import type { CaseField, CaseFields, Justification, Sex } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { LANGUAGES } from "../state/languages";
import { insuranceNumber, invalidFields, missingFields } from "../state/fields";
import { Field, InstantField, SelectField, useNow } from "../ui";

export interface CaseFormProps {
  fields: CaseFields;
  onChange: (change: CaseFields) => void;
  /** Marks what § 3(2) asks for and is not there. */
  markMissing: boolean;
}

const SEXES: readonly Sex[] = ["female", "male", "diverse", "unknown"];
const JUSTIFICATIONS: readonly Justification[] = ["interdisciplinary", "specially_complex"];

/** The fields of § 3(2) Telekonsilien-Vereinbarung, the question first. */
export function CaseForm({ fields, onChange, markMissing }: CaseFormProps) {
  const t = useTexts("refer");
  const invalid = invalidFields(fields, useNow());
  const languages = new Intl.DisplayNames(localeOf(useLanguage()), { type: "language" });
  const missing = new Set<CaseField>(markMissing ? missingFields(fields) : []);

  const error = (name: keyof CaseFields) => {
    const why = invalid[name];
    return why === undefined ? null : t(`invalid.${why}`);
  };
  const label = (name: keyof CaseFields) =>
    missing.has(name as CaseField) ? `${t(`common:field.${name}`)} – ${t("form.missing")}` : t(`common:field.${name}`);
  const text = (name: TextName, more: { multiline?: boolean; rows?: number; description?: string; type?: "tel" | "date" } = {}) => (
    <div className={missing.has(name as CaseField) ? "is-missing" : undefined}>
      <Field
        label={label(name)}
        value={fields[name] ?? ""}
        onChange={(value) => onChange({ [name]: value })}
        error={error(name)}
        autoComplete="off"
        {...more}
      />
    </div>
  );

  return (
    <div className="case-form">
      <Group title={t("form.medical")}>
        <div className="span-all">{text("question", { multiline: true, rows: 3 })}</div>
        {text("diagnosis", { multiline: true, rows: 2 })}
        {text("medication", { multiline: true, rows: 2, description: t("form.medicationHint") })}
        <InstantField
          label={label("last_seen_well")}
          value={fields.last_seen_well ?? null}
          onChange={(last_seen_well) => onChange({ last_seen_well })}
          error={error("last_seen_well")}
        />
        <div className={missing.has("justification") ? "is-missing" : undefined}>
          <SelectField<Justification>
            label={label("justification")}
            value={fields.justification ?? ""}
            onChange={(value) => onChange({ justification: value === "" ? null : value })}
            placeholder={t("form.choose")}
            options={JUSTIFICATIONS.map((value) => ({ value, label: t(`common:justification.${value}`) }))}
            description={t("form.justificationHint")}
          />
        </div>
      </Group>
      <Group title={t("form.patient")}>
        {text("family_name")}
        {text("given_name")}
        {text("birth_date", { type: "date" })}
        <div className={missing.has("sex") ? "is-missing" : undefined}>
          <SelectField<Sex>
            label={label("sex")}
            value={fields.sex ?? ""}
            onChange={(value) => onChange({ sex: value === "" ? null : value })}
            placeholder={t("form.choose")}
            options={SEXES.map((value) => ({ value, label: t(`common:sex.${value}`) }))}
          />
        </div>
        <SelectField<string>
          label={label("language")}
          value={fields.language ?? ""}
          onChange={(language) => onChange({ language })}
          placeholder={t("form.anyLanguage")}
          options={LANGUAGES.filter((code) => code !== "de").map((code) => ({ value: code, label: languages.of(code) ?? code }))}
          description={t("form.languageHint")}
        />
        <div className={missing.has("insurance_number") ? "is-missing" : undefined}>
          <Field
            label={label("insurance_number")}
            value={fields.insurance_number ?? ""}
            onChange={(value) => onChange({ insurance_number: insuranceNumber(value) })}
            error={error("insurance_number")}
            description={t("form.insuranceHint")}
            autoComplete="off"
            maxLength={30}
          />
        </div>
        {text("patient_id")}
      </Group>
      <Group title={t("form.organisation")}>
        {text("callback_phone", { type: "tel" })}
        <div className={missing.has("deadline") ? "is-missing" : undefined}>
          <InstantField
            label={label("deadline")}
            value={fields.deadline ?? null}
            onChange={(deadline) => onChange({ deadline })}
            error={error("deadline")}
          />
        </div>
      </Group>
    </div>
  );
}

type TextName =
  | "question"
  | "diagnosis"
  | "medication"
  | "family_name"
  | "given_name"
  | "birth_date"
  | "patient_id"
  | "callback_phone";

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="case-group">
      <legend>{title}</legend>
      <div className="case-grid">{children}</div>
    </fieldset>
  );
}
