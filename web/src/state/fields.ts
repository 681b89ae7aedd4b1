/** The request form: what § 3(2) of the Telekonsilien-Vereinbarung asks for, what is missing, what does not fit. Pure. */

import type { CaseField, CaseFields, Urgency } from "../api/types";
import { isPhone } from "./check";

/** In the order of the form; the same as `CaseFields::missing` in `schemas/src/consult.rs`. */
export const REQUIRED_FIELDS: readonly CaseField[] = [
  "family_name",
  "given_name",
  "birth_date",
  "sex",
  "insurance_number",
  "diagnosis",
  "medication",
  "question",
  "justification",
  "callback_phone",
  "deadline",
];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const isBlank = (value: unknown) => value === null || value === undefined || (typeof value === "string" && value.trim() === "");

/** What § 3(2) asks for and is not there yet, in the order of the form. */
export function missingFields(fields: CaseFields): CaseField[] {
  return REQUIRED_FIELDS.filter((field) => isBlank(fields[field]));
}

/** What goes over the wire: trimmed, without blanks. */
export function toWire(fields: CaseFields): CaseFields {
  const entries = Object.entries(fields)
    .map(([name, value]) => [name, typeof value === "string" ? value.trim() : value] as const)
    .filter(([, value]) => !isBlank(value));
  return Object.fromEntries(entries) as CaseFields;
}

/**
 * Those of `edited` that differ from `stored`: only they are sent, so that two people can complete the form at once. An
 * empty text takes a stored one back.
 */
export function changes(stored: CaseFields, edited: CaseFields): CaseFields {
  const isStored = (name: string) => !isBlank(stored[name as keyof CaseFields]);
  const taken = Object.entries(edited)
    .filter(([name, value]) => typeof value === "string" && isBlank(value) && isStored(name))
    .map(([name]) => [name, ""] as const);
  const given = Object.entries(toWire(edited)).filter(([name, value]) => stored[name as keyof CaseFields] !== value);
  return Object.fromEntries([...given, ...taken]) as CaseFields;
}

/** What was typed after `before` had been sent: it is not lost when the answer comes. */
export function typedSince(before: CaseFields, now: CaseFields): CaseFields {
  const entries = Object.entries(now).filter(([name, value]) => before[name as keyof CaseFields] !== value);
  return Object.fromEntries(entries) as CaseFields;
}

/** `A 123 456 789` as it stands on the card becomes `A123456789`; what private insurers write stays as it is. */
export function insuranceNumber(text: string): string {
  const compact = text.replaceAll(" ", "").toUpperCase();
  return STATUTORY.test(compact) ? compact : text;
}

/** Krankenversichertennummer (§ 290 SGB V). */
const STATUTORY = /^[A-Z]\d{9}$/;
/** What private insurers write, as the server takes it: with a digit at least. */
const PRIVATE = /^(?=.*\d)[A-Za-z0-9 -]{1,30}$/;

/** Why a value does not fit; the text is `refer:invalid.{reason}`. */
export type Invalid =
  | "insurance_number"
  | "birth_date_future"
  | "birth_date"
  | "deadline_past"
  | "phone"
  | "last_seen_future"
  | "last_seen_old";

/** Fields whose value is there and does not fit. */
export function invalidFields(fields: CaseFields, now: number): Partial<Record<keyof CaseFields, Invalid>> {
  const found: Partial<Record<keyof CaseFields, Invalid>> = {};
  const insurance = fields.insurance_number?.trim();
  if (insurance && !PRIVATE.test(insurance)) found.insurance_number = "insurance_number";
  const birth = fields.birth_date?.trim();
  if (birth) {
    const at = /^\d{4}-\d{2}-\d{2}$/.test(birth) ? Date.parse(`${birth}T00:00:00Z`) : Number.NaN;
    if (Number.isNaN(at) || at < Date.UTC(1890, 0, 1)) found.birth_date = "birth_date";
    else if (at > now) found.birth_date = "birth_date_future";
  }
  if (!isBlank(fields.deadline) && (fields.deadline ?? 0) < now - 60_000) found.deadline = "deadline_past";
  const phone = fields.callback_phone?.trim();
  if (phone && !isPhone(phone)) found.callback_phone = "phone";
  const seen = fields.last_seen_well ?? null;
  if (seen !== null && seen > now + 10 * MINUTE) found.last_seen_well = "last_seen_future";
  else if (seen !== null && seen < now - 366 * 24 * HOUR) found.last_seen_well = "last_seen_old";
  return found;
}

/** `fields` in two: what the server takes, and what it would refuse. An emergency rings with the first alone. */
export function splitInvalid(fields: CaseFields, now: number): { valid: CaseFields; invalid: CaseFields } {
  const wrong = invalidFields(fields, now);
  const part = (isInvalid: boolean) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => name in wrong === isInvalid)) as CaseFields;
  return { valid: part(false), invalid: part(true) };
}

/** Until when an answer is needed unless the human says otherwise. An emergency's hour is the door-to-needle target
 * (AHA); later ones would not be noticed as late, earlier ones would alarm the coordinator for nothing. */
const DEADLINE: Record<Urgency, number> = { emergency: HOUR, urgent: 4 * HOUR, elective: 72 * HOUR };

/** The form's first value for the deadline, in whole minutes. */
export function defaultDeadline(urgency: Urgency, now: number): number {
  return Math.ceil((now + DEADLINE[urgency]) / 60_000) * 60_000;
}

/** What keeps a request from being sent. In an emergency service and urgency are enough; otherwise a question is needed. */
export function blockers(form: { serviceId: string | null; urgency: Urgency | null; fields: CaseFields }): ("service" | "urgency" | "question")[] {
  const found: ("service" | "urgency" | "question")[] = [];
  if (form.urgency === null) found.push("urgency");
  if (form.serviceId === null) found.push("service");
  if (form.urgency !== "emergency" && form.urgency !== null && isBlank(form.fields.question)) found.push("question");
  return found;
}
