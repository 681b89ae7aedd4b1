import { useState } from "react";
import type { AdminDirectory, AdminPerson, HospitalId, Licence, PersonRules, ServiceId } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Button, Field, InstantField, SelectField } from "../ui";
import { byName } from "./directory";
import { NO_LICENCE, personRules, replaced, whole, withEnd, without } from "./rules";
import type { Editor } from "./useEditor";

interface PersonRulesFieldsProps {
  editor: Editor<AdminPerson>;
  directory: AdminDirectory;
}

/** How long a specialist may do what, and how much of the duty is theirs. */
export function PersonRulesFields({ editor, directory }: PersonRulesFieldsProps) {
  const t = useTexts("admin");
  const { draft, change } = editor;
  const rules = personRules(draft);
  const [share, setShare] = useState(String(rules.part_time));
  const put = (part: Partial<PersonRules>) => change({ rules: { ...rules, ...part } });
  return (
    <>
      {draft.qualifications.map((specialty) => (
        <Field
          key={specialty}
          label={t("rules.qualifiedUntil", { specialty: t(`common:specialty.${specialty}`) })}
          type="date"
          value={rules.qualified_until.find((ends) => ends.specialty === specialty)?.until ?? ""}
          onChange={(until) => change({ rules: withEnd(rules, specialty, until) })}
          description={t("rules.noEnd")}
        />
      ))}
      <Licences licences={rules.licences} directory={directory} onChange={(licences) => put({ licences })} />
      <Field
        label={t("rules.partTime")}
        value={share}
        onChange={(text) => {
          setShare(text);
          // What is half typed is refused at the save, not put back to what it was.
          put({ part_time: whole(text, 1, 100) ?? 0 });
        }}
        error={whole(share, 1, 100) === null ? t("rules.partTimeBad") : null}
        description={t("rules.partTimeHint")}
        maxLength={3}
        autoComplete="off"
      />
      <Field
        label={t("rules.newcomer")}
        type="date"
        value={rules.newcomer_until ?? ""}
        onChange={(until) => put({ newcomer_until: until === "" ? null : until })}
        description={t("rules.newcomerHint")}
      />
      <InstantField
        label={t("rules.resting")}
        value={draft.resting_until ?? null}
        onChange={(resting_until) => change({ resting_until })}
        description={t("rules.restingHint")}
      />
    </>
  );
}

interface LicencesProps {
  licences: readonly Licence[];
  directory: AdminDirectory;
  onChange: (licences: Licence[]) => void;
}

function Licences({ licences, directory, onChange }: LicencesProps) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  return (
    <fieldset className="rule-list">
      <legend className="field-label">{t("rules.licences")}</legend>
      <p className="field-description">{t("rules.licencesHint")}</p>
      {licences.map((licence, index) => {
        const put = (part: Partial<Licence>) => onChange(replaced(licences, index, { ...licence, ...part }));
        return (
          <div key={index} className="rule-card" role="group" aria-label={t("rules.licence", { n: index + 1 })}>
            <SelectField<HospitalId>
              label={t("rules.house")}
              placeholder={t("rules.everyHouse")}
              value={licence.hospital_id ?? ""}
              onChange={(id) => put({ hospital_id: id === "" ? null : id })}
              options={byName(directory.hospitals, locale).map(({ id, name }) => ({ value: id, label: name }))}
            />
            <SelectField<ServiceId>
              label={t("rules.service")}
              placeholder={t("rules.everyService")}
              value={licence.service_id ?? ""}
              onChange={(id) => put({ service_id: id === "" ? null : id })}
              options={byName(directory.services, locale).map(({ id, name }) => ({ value: id, label: name }))}
            />
            <Field
              label={t("rules.group")}
              value={licence.group ?? ""}
              onChange={(code) => put({ group: code.trim() === "" ? null : code.trim() })}
              description={t("rules.groupHint")}
              maxLength={8}
              autoComplete="off"
            />
            <Field
              label={t("rules.until")}
              type="date"
              value={licence.until ?? ""}
              onChange={(until) => put({ until: until === "" ? null : until })}
              description={t("rules.noEnd")}
            />
            <Button variant="quiet" onPress={() => onChange(without(licences, index))}>
              {t("rules.removeLicence", { n: index + 1 })}
            </Button>
          </div>
        );
      })}
      <div>
        <Button onPress={() => onChange([...licences, NO_LICENCE])}>{t("rules.addLicence")}</Button>
      </div>
    </fieldset>
  );
}
