/** Rules of people and services as the forms see them: everything there. Pure. */

import type { AdminDirectory, AdminPerson, Licence, OverflowFrom, PersonRules, ServiceRules, Specialty } from "../api/types";

export const personRules = (person: AdminPerson): Required<PersonRules> => ({
  qualified_until: person.rules?.qualified_until ?? [],
  licences: person.rules?.licences ?? [],
  part_time: person.rules?.part_time ?? 100,
  newcomer_until: person.rules?.newcomer_until ?? null,
});

export const serviceRules = (service: { rules?: ServiceRules }): Required<ServiceRules> => ({
  group: service.rules?.group ?? null,
  needs_licence: service.rules?.needs_licence ?? false,
  overflow_to: service.rules?.overflow_to ?? null,
  overflow_from: service.rules?.overflow_from ?? [],
});

/** The end of one qualification; an empty date takes it away. */
export function withEnd(rules: Required<PersonRules>, specialty: Specialty, until: string): Required<PersonRules> {
  const others = rules.qualified_until.filter((ends) => ends.specialty !== specialty);
  return { ...rules, qualified_until: until === "" ? others : [...others, { specialty, until }] };
}

export const NO_LICENCE: Licence = { hospital_id: null, service_id: null, group: null, until: null };

export const replaced = <T>(list: readonly T[], index: number, value: T): T[] => list.map((old, at) => (at === index ? value : old));
export const without = <T>(list: readonly T[], index: number): T[] => list.filter((_, at) => at !== index);

/** Services that may help out: of the same specialty and another network. */
export const partners = (directory: AdminDirectory, service: { id: string; network_id: string; specialty: Specialty | "" }) =>
  directory.services.filter((other) => other.id !== service.id && other.network_id !== service.network_id && other.specialty === service.specialty);

export const NEW_AGREEMENT: Omit<OverflowFrom, "service_id"> = { urgencies: ["emergency"], max_per_hour: 2, only_when_free: true };

/** A whole number of a typed text, or `null`. */
export function whole(text: string, min: number, max: number): number | null {
  const value = /^\d{1,4}$/.test(text.trim()) ? Number(text) : NaN;
  return value >= min && value <= max ? value : null;
}
