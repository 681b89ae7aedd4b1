import { useState } from "react";
import { adminApi } from "../api/admin";
import { newId } from "../api/ids";
import type { AdminDirectory, AdminService, DutyLevel, Specialty } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Check, SelectField } from "../ui";
import { EditorDialog } from "./EditorDialog";
import { EditorField } from "./EditorField";
import { ServiceRulesFields } from "./ServiceRulesFields";
import { TurnsEditor } from "./TurnsEditor";
import { isPhone, isZone } from "../state/check";
import { candidates } from "./checklist";
import { byName } from "./directory";
import { serviceRules } from "./rules";
import { useEditor } from "./useEditor";

const SPECIALTIES: readonly Specialty[] = ["stroke_neurology", "neurosurgery", "cardiology", "radiology"];
const LEVELS: readonly DutyLevel[] = ["primary", "secondary"];

interface ServiceDialogProps {
  service: AdminService | null;
  directory: AdminDirectory;
  onClose: (saved?: string) => void;
}

/** A draft whose specialty may not have been chosen yet. */
type Draft = Omit<AdminService, "specialty"> & { specialty: Specialty | "" };

export function ServiceDialog({ service, directory, onClose }: ServiceDialogProps) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const [initial] = useState<Draft>(() => service ?? blank(directory));
  const editor = useEditor<Draft>({
    initial,
    put: (body) => adminApi.putService(tidy(body)),
    find: (now) => now.services.find((entry) => entry.id === initial.id),
    check: (draft) => ({
      ...(draft.name.trim() === "" && { name: t("missing") }),
      ...(draft.network_id === "" && { network_id: t("missing") }),
      ...(draft.specialty === "" && { specialty: t("missing") }),
      ...(!isPhone(draft.fallback_phone) && { fallback_phone: t("badPhone") }),
      ...(hasUnfit(directory, draft) && { turns: t("turns.unfitIn") }),
      ...(badRules(draft) && { rules: t("rules.incomplete") }),
      ...(!isZone(draft.zone) && { zone: t("services.badZone") }),
    }),
    onSaved: (saved) => onClose(saved.name),
  });
  const { draft, change, fault } = editor;
  const able = ableFor(directory, draft);
  return (
    <EditorDialog title={service?.name ?? t("services.newService")} editor={editor} onClose={() => onClose()} look="drawer">
      <EditorField editor={editor} name="name" label={t("services.name")} isRequired autoFocus />
      <SelectField
        label={t("services.network")}
        placeholder={t("services.choose")}
        value={draft.network_id}
        onChange={(network_id) => change({ network_id })}
        options={byName(directory.networks, locale).map(({ id, name }) => ({ value: id, label: name }))}
        error={fault("network_id")}
        isRequired
      />
      <SelectField
        label={t("services.specialty")}
        placeholder={t("services.choose")}
        value={draft.specialty}
        onChange={(specialty) => change({ specialty })}
        options={SPECIALTIES.map((value) => ({ value, label: t(`common:specialty.${value}`) }))}
        error={fault("specialty")}
        isRequired
      />
      <EditorField
        editor={editor}
        name="fallback_phone"
        label={t("services.fallback")}
        description={t("services.fallbackHint")}
        type="tel"
        isRequired
      />
      <EditorField
        editor={editor}
        name="zone"
        label={t("services.zone")}
        description={t("services.zoneHint")}
        maxLength={64}
        isRequired
      />
      <Check
        label={t("services.exclusive")}
        hint={t("services.exclusiveHint")}
        isSelected={draft.exclusive}
        onChange={(exclusive) => change({ exclusive })}
      />
      <ServiceRulesFields draft={draft} directory={directory} onChange={(rules) => change({ rules })} />
      {fault("rules") !== null && <p className="field-error">{fault("rules")}</p>}
      <p className="muted small">{t("turns.hint")}</p>
      {LEVELS.map((level) => (
        <TurnsEditor
          key={level}
          level={level}
          people={draft.turns.find((turns) => turns.level === level)?.people ?? []}
          isProtected={draft.turns.some((turns) => !turns.is_whole_rota)}
          able={able}
          everybody={directory.people}
          onChange={(people) =>
            change({
              turns: [...draft.turns.filter((turns) => turns.level !== level), { level, people, is_whole_rota: true }],
            })
          }
        />
      ))}
      {fault("turns") !== null && <p className="field-error">{fault("turns")}</p>}
    </EditorDialog>
  );
}

const ableFor = (directory: AdminDirectory, { network_id, specialty }: Draft) =>
  specialty === "" ? [] : candidates(directory, { network_id, specialty });

/** Weekly turns name somebody who could never be rung; the server refuses that. A rota of its own is not our business. */
function hasUnfit(directory: AdminDirectory, draft: Draft): boolean {
  const able = new Set(ableFor(directory, draft).map((person) => person.id));
  return draft.turns.some((turns) => turns.is_whole_rota && turns.people.some((id) => !able.has(id)));
}

/** Half-filled rules: the fields themselves say which. */
function badRules(draft: Draft): boolean {
  const { group, overflow_to: to, overflow_from } = serviceRules(draft);
  const isNever = to !== null && !to.when.nobody && !to.when.all_busy && !to.when.after_rounds;
  const isEmpty = overflow_from.some((from) => from.urgencies.length === 0 || from.max_per_hour === 0);
  return isNever || isEmpty || (group !== null && group.code.trim() === "");
}

function blank(directory: AdminDirectory): Draft {
  const only = directory.networks.length === 1 ? directory.networks[0] : undefined;
  return {
    id: newId(),
    network_id: only?.id ?? "",
    specialty: "",
    name: "",
    fallback_phone: "",
    zone: "Europe/Berlin",
    exclusive: true,
    turns: [],
  };
}

function tidy(draft: Draft): AdminService {
  const { specialty } = draft;
  if (specialty === "") throw new Error("a service is saved only with its specialty");
  return { ...draft, specialty, name: draft.name.trim(), fallback_phone: draft.fallback_phone.trim(), zone: draft.zone.trim() };
}
