import type { AdminDirectory, AdminPerson, Role, Specialty } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Checks, Field, SelectField } from "../ui";
import { byName } from "./directory";
import type { Editor } from "./useEditor";

const ROLES: readonly Role[] = ["referrer", "specialist", "coordinator", "admin", "data_protection"];
const SPECIALTIES: readonly Specialty[] = ["stroke_neurology", "neurosurgery", "cardiology", "radiology"];
/** Offered to everybody; others that somebody has already are offered as well. */
const LANGUAGES: readonly string[] = ["de", "en", "fr", "tr", "ar", "ru", "uk", "pl", "es", "it"];

interface PersonFieldsProps {
  editor: Editor<AdminPerson>;
  directory: AdminDirectory;
  isOwn: boolean;
}

export function PersonFields({ editor: { draft, change, fault }, directory, isOwn }: PersonFieldsProps) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const language = new Intl.DisplayNames(locale, { type: "language" });
  const languages = [...LANGUAGES, ...draft.languages.filter((code) => !LANGUAGES.includes(code))];
  const needsNetworks = draft.roles.includes("specialist") || draft.roles.includes("coordinator");
  return (
    <>
      <Field
        label={t("people.name")}
        description={t("people.nameHint")}
        value={draft.name}
        onChange={(name) => change({ name })}
        error={fault("name")}
        maxLength={200}
        isRequired
        autoFocus
      />
      <Field
        label={t("people.email")}
        description={t("people.emailHint")}
        type="email"
        autoComplete="off"
        value={draft.email}
        onChange={(email) => change({ email })}
        error={fault("email")}
        maxLength={200}
        isRequired
      />
      <Field
        label={t("people.phone")}
        description={t("people.phoneHint")}
        type="tel"
        autoComplete="off"
        value={draft.phone ?? ""}
        onChange={(phone) => change({ phone })}
        error={fault("phone")}
        maxLength={40}
      />
      <SelectField
        label={t("people.hospital")}
        placeholder={t("people.choose")}
        value={draft.hospital_id}
        onChange={(hospital_id) => change({ hospital_id })}
        options={byName(directory.hospitals, locale).map(({ id, name }) => ({ value: id, label: name }))}
        error={fault("hospital_id")}
        isRequired
      />
      <Checks
        label={t("people.roles")}
        value={draft.roles}
        onChange={(roles) => change({ roles })}
        options={ROLES.map((role) => ({
          value: role,
          label: t(`people.role.${role}`),
          hint: t(`people.roleHint.${role}`),
          isDisabled: isOwn && role === "admin",
        }))}
        {...(isOwn && { description: t("people.ownAdmin") })}
        error={fault("roles")}
        isRequired
      />
      {draft.roles.includes("specialist") && (
        <Checks
          label={t("people.qualifications")}
          value={draft.qualifications}
          onChange={(qualifications) => change({ qualifications })}
          options={SPECIALTIES.map((value) => ({ value, label: t(`common:specialty.${value}`) }))}
          description={t("people.qualificationsHint")}
          error={fault("qualifications")}
          isRequired
        />
      )}
      {needsNetworks && (
        <Checks
          label={t("people.networks")}
          value={draft.networks}
          onChange={(networks) => change({ networks })}
          options={byName(directory.networks, locale).map(({ id, name }) => ({ value: id, label: name }))}
          description={directory.networks.length === 0 ? t("people.noNetworks") : t("people.networksHint")}
          error={fault("networks")}
          isRequired
        />
      )}
      <Checks
        label={t("people.languages")}
        value={draft.languages}
        onChange={(chosen) => change({ languages: chosen })}
        options={languages.map((code) => ({ value: code, label: language.of(code) ?? code }))}
        isShort
      />
    </>
  );
}
