import { expect, test } from "vitest";
import {
  blockers,
  changes,
  defaultDeadline,
  insuranceNumber,
  invalidFields,
  missingFields,
  REQUIRED_FIELDS,
  splitInvalid,
  toWire,
  typedSince,
} from "./fields";

const NOW = Date.UTC(2026, 10, 3, 1, 7);

test("an empty form misses everything that § 3(2) asks for, in the order of the form", () => {
  expect(missingFields({})).toEqual(REQUIRED_FIELDS);
});

test("white space is missing, and fields that nobody asks for are never missing", () => {
  expect(missingFields({ question: "  ", patient_id: null })).toContain("question");
  expect(missingFields({})).not.toContain("eta");
});

test("an emergency needs a service and nothing else", () => {
  expect(blockers({ serviceId: "s", urgency: "emergency", fields: {} })).toEqual([]);
  expect(blockers({ serviceId: null, urgency: "emergency", fields: {} })).toEqual(["service"]);
  expect(blockers({ serviceId: null, urgency: null, fields: {} })).toEqual(["urgency", "service"]);
});

test("anything else needs the question too", () => {
  expect(blockers({ serviceId: "s", urgency: "urgent", fields: { question: " " } })).toEqual(["question"]);
  expect(blockers({ serviceId: "s", urgency: "elective", fields: { question: "?" } })).toEqual([]);
});

test("blanks do not travel, and text is trimmed", () => {
  expect(toWire({ question: " Lyse? ", diagnosis: " ", sex: null, eta: 5 })).toEqual({ question: "Lyse?", eta: 5 });
});

test("only what was changed travels, so that two people can fill in one form", () => {
  expect(changes({ question: "a", diagnosis: "b" }, { question: "a", diagnosis: "c", medication: "" })).toEqual({ diagnosis: "c" });
});

test("a text that was emptied is taken back, one that never was there does not travel", () => {
  expect(changes({ question: "a", diagnosis: "" }, { question: " ", diagnosis: "", medication: "" })).toEqual({ question: "" });
  expect(changes({ sex: "male" }, { sex: null })).toEqual({});
});

test.each([
  ["a 123 456 789", "A123456789"],
  ["P-4711 b", "P-4711 b"],
])("the insurance number %s is written as %s", (typed, written) => expect(insuranceNumber(typed)).toBe(written));

test.each([
  ["A123456789", undefined],
  ["47-11 PKV 12345678", undefined],
  ["keine", "insurance_number"],
  ["A123456789!", "insurance_number"],
  ["1".repeat(31), "insurance_number"],
  ["", undefined],
])("the insurance number %s", (insurance_number, why) => {
  expect(invalidFields({ insurance_number }, NOW).insurance_number).toBe(why);
});

test.each([
  ["1948-03-12", undefined],
  ["2030-01-01", "birth_date_future"],
  ["0048-03-12", "birth_date"],
  ["1948-13-12", "birth_date"],
])("the birth date %s", (birth_date, why) => expect(invalidFields({ birth_date }, NOW).birth_date).toBe(why));

test("a telephone number has the server's form", () => {
  expect(invalidFields({ callback_phone: "Station 3, 4711" }, NOW).callback_phone).toBe("phone");
  expect(invalidFields({ callback_phone: " +49 7000 4000-1 " }, NOW).callback_phone).toBeUndefined();
});

test("nobody was seen well in the future, or more than a year ago", () => {
  expect(invalidFields({ last_seen_well: NOW + 601_000 }, NOW).last_seen_well).toBe("last_seen_future");
  expect(invalidFields({ last_seen_well: NOW - 367 * 86_400_000 }, NOW).last_seen_well).toBe("last_seen_old");
  expect(invalidFields({ last_seen_well: NOW - 3_600_000 }, NOW).last_seen_well).toBeUndefined();
});

test("what is typed while the form is on its way stays", () => {
  const sent = { question: "Lyse?", diagnosis: "Inf" };
  expect(typedSince(sent, { ...sent, diagnosis: "Infarkt", medication: "ASS" })).toEqual({ diagnosis: "Infarkt", medication: "ASS" });
  expect(typedSince(sent, sent)).toEqual({});
});

test("what does not fit is parted from what does", () => {
  expect(splitInvalid({ question: "Lyse?", callback_phone: "Pforte" }, NOW)).toEqual({
    valid: { question: "Lyse?" },
    invalid: { callback_phone: "Pforte" },
  });
});

test("a deadline in the past is refused, this minute is not", () => {
  expect(invalidFields({ deadline: NOW - 61_000 }, NOW).deadline).toBe("deadline_past");
  expect(invalidFields({ deadline: NOW - 1000 }, NOW).deadline).toBeUndefined();
});

test("the deadline that is offered follows the urgency", () => {
  expect(defaultDeadline("emergency", NOW) - NOW).toBe(3_600_000);
  expect(defaultDeadline("urgent", NOW + 1)).toBeGreaterThan(defaultDeadline("emergency", NOW + 1));
  expect(defaultDeadline("elective", NOW + 1) % 60_000).toBe(0);
});
