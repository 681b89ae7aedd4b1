import { useState } from "react";
import type { AdminDirectory, AdminService, OverflowFrom, OverflowTo, ServiceId, ServiceRules, Specialty, Urgency } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Check, Checks, Field, SelectField } from "../ui";
import { byName, namesOf } from "./directory";
import { NEW_AGREEMENT, partners, replaced, serviceRules, whole, without } from "./rules";

const URGENCIES: readonly Urgency[] = ["emergency", "urgent", "elective"];
const ROUNDS = ["1", "2", "3", "5"] as const;

/** A draft whose specialty may not have been chosen yet. */
type Draft = Omit<AdminService, "specialty"> & { specialty: Specialty | "" };

interface ServiceRulesFieldsProps {
  draft: Draft;
  directory: AdminDirectory;
  onChange: (rules: ServiceRules) => void;
}

/** Leistungsgruppe and licences, and what is shared with the neighbouring networks. */
export function ServiceRulesFields({ draft, directory, onChange }: ServiceRulesFieldsProps) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const rules = serviceRules(draft);
  const put = (part: Partial<ServiceRules>) => onChange({ ...rules, ...part });
  const group = rules.group ?? { code: "", name: "" };
  const networks = namesOf(directory.networks);
  const others = byName(partners(directory, draft), locale);
  const nameOf = (service: AdminService) => `${service.name} (${networks.get(service.network_id) ?? "–"})`;
  const setGroup = (part: Partial<typeof group>) => {
    const next = { ...group, ...part };
    put({ group: next.code.trim() === "" && next.name.trim() === "" ? null : next });
  };
  return (
    <>
      <div className="rule-pair">
        <Field
          label={t("rules.group")}
          value={group.code}
          onChange={(code) => setGroup({ code })}
          description={t("rules.serviceGroupHint")}
          maxLength={8}
          autoComplete="off"
        />
        <Field label={t("rules.groupName")} value={group.name} onChange={(name) => setGroup({ name })} maxLength={200} autoComplete="off" />
      </div>
      <Check
        label={t("rules.needsLicence")}
        hint={t("rules.needsLicenceHint")}
        isSelected={rules.needs_licence}
        onChange={(needs_licence) => put({ needs_licence })}
      />
      <fieldset className="rule-list">
        <legend className="field-label">{t("overflow.heading")}</legend>
        <p className="field-description">{others.length === 0 ? t("overflow.noPartner") : t("overflow.hint")}</p>
        {(others.length > 0 || rules.overflow_to) && (
          <SelectField<ServiceId>
            label={t("overflow.to")}
            placeholder={t("overflow.toNobody")}
            value={rules.overflow_to?.service_id ?? ""}
            onChange={(id) =>
              put({
                overflow_to:
                  id === "" ? null : { service_id: id, when: rules.overflow_to?.when ?? { nobody: true, all_busy: true, after_rounds: null } },
              })
            }
            options={others.map((service) => ({ value: service.id, label: nameOf(service) }))}
          />
        )}
        {rules.overflow_to && <When to={rules.overflow_to} onChange={(overflow_to) => put({ overflow_to })} />}
        {others.map((service) => {
          const index = rules.overflow_from.findIndex((from) => from.service_id === service.id);
          const from = rules.overflow_from[index];
          const change = (value: OverflowFrom) => put({ overflow_from: replaced(rules.overflow_from, index, value) });
          return (
            <div key={service.id} className="rule-card">
              <Check
                label={t("overflow.from", { service: nameOf(service) })}
                isSelected={from !== undefined}
                onChange={(helps) =>
                  put({
                    overflow_from: helps
                      ? [...rules.overflow_from, { service_id: service.id, ...NEW_AGREEMENT }]
                      : without(rules.overflow_from, index),
                  })
                }
              />
              {from && <Agreement from={from} onChange={change} />}
            </div>
          );
        })}
      </fieldset>
    </>
  );
}

function When({ to, onChange }: { to: OverflowTo; onChange: (to: OverflowTo) => void }) {
  const t = useTexts("admin");
  const put = (part: Partial<OverflowTo["when"]>) => onChange({ ...to, when: { ...to.when, ...part } });
  const rounds = to.when.after_rounds ?? null;
  return (
    <div className="rule-card">
      <Check label={t("overflow.whenNobody")} isSelected={to.when.nobody ?? false} onChange={(nobody) => put({ nobody })} />
      <Check label={t("overflow.whenBusy")} isSelected={to.when.all_busy ?? false} onChange={(all_busy) => put({ all_busy })} />
      <SelectField<string>
        label={t("overflow.afterRounds")}
        placeholder={t("overflow.never")}
        value={rounds === null ? "" : String(rounds)}
        onChange={(text) => put({ after_rounds: text === "" ? null : Number(text) })}
        options={[...new Set([...ROUNDS, ...(rounds === null ? [] : [String(rounds)])])].map((value) => ({
          value,
          label: t("overflow.rounds", { count: Number(value) }),
        }))}
      />
    </div>
  );
}

function Agreement({ from, onChange }: { from: OverflowFrom; onChange: (from: OverflowFrom) => void }) {
  const t = useTexts("admin");
  const [most, setMost] = useState(String(from.max_per_hour));
  return (
    <>
      <Checks<Urgency>
        label={t("overflow.urgencies")}
        value={from.urgencies}
        onChange={(urgencies) => onChange({ ...from, urgencies })}
        options={URGENCIES.map((value) => ({ value, label: t(`common:urgency.${value}`) }))}
        error={from.urgencies.length === 0 ? t("overflow.noUrgency") : null}
        isShort
      />
      <Field
        label={t("overflow.perHour")}
        value={most}
        onChange={(text) => {
          setMost(text);
          onChange({ ...from, max_per_hour: whole(text, 1, 1000) ?? 0 });
        }}
        error={whole(most, 1, 1000) === null ? t("overflow.perHourBad") : null}
        maxLength={4}
        autoComplete="off"
      />
      <Check
        label={t("overflow.onlyFree")}
        isSelected={from.only_when_free}
        onChange={(only_when_free) => onChange({ ...from, only_when_free })}
      />
    </>
  );
}
