import type { AdminDirectory, AdminPerson, Role, Specialty } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { LANGUAGES } from "../state/languages";
import { Checks, SelectField } from "../ui";
import { byName } from "./directory";
import { EditorField } from "./EditorField";
import { PersonRulesFields } from "./PersonRulesFields";
import type { Editor } from "./useEditor";

const ROLES: readonly Role[] = ["referrer", "specialist", "coordinator", "admin", "data_protection"];
const SPECIALTIES: readonly Specialty[] = ["stroke_neurology", "neurosurgery", "cardiology", "radiology"];

interface PersonFieldsProps {
  editor: Editor<AdminPerson>;
  directory: AdminDirectory;
  isOwn: boolean;
}

export function PersonFields({ editor, directory, isOwn }: PersonFieldsProps) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const { draft, change, fault } = editor;
  const language = new Intl.DisplayNames(locale, { type: "language" });
  const languages = [...LANGUAGES, ...draft.languages.filter((code) => !LANGUAGES.includes(code))];
  const needsNetworks = draft.roles.includes("specialist") || draft.roles.includes("coordinator");
  return (
    <>
      <EditorField
        editor={editor}
        name="name"
        label={t("people.name")}
        description={t("people.nameHint")}
        isRequired
        autoFocus
      />
      <EditorField
        editor={editor}
        name="email"
        label={t("people.email")}
        description={t("people.emailHint")}
        type="email"
        isRequired
      />
      <EditorField
        editor={editor}
        name="phone"
        label={t("people.phone")}
        description={t("people.phoneHint")}
        type="tel"
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
      {draft.roles.includes("specialist") && <PersonRulesFields editor={editor} directory={directory} />}
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
