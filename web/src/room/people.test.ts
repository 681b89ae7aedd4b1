import { describe, expect, it } from "vitest";
import type { ConsultSummary, PersonRef } from "../api/types";
import { meter } from "../rtc/level";
import { initialsOf } from "./colors";
import { counterpart, phoneOfOther } from "./people";

const person = (id: string, phone?: string): PersonRef => ({ id, name: id, hospital_id: "h", hospital: "H", phone });
const summary = (specialist: PersonRef | null, requesterPhone?: string) =>
  ({
    requester: person("requester", requesterPhone),
    specialist,
    hospital: { name: "Klinik", phone: "1000" },
    service: { name: "Neurologie", fallback_phone: "2000" },
  }) as unknown as ConsultSummary;

describe("the number that helps when nothing else does", () => {
  it("is the other person's own", () => {
    const consult = summary(person("specialist", "22"), "11");
    expect(phoneOfOther(consult, "requester")).toEqual({ name: "specialist", number: "22" });
    expect(phoneOfOther(consult, "specialist")).toEqual({ name: "requester", number: "11" });
    expect(counterpart(consult, "coordinator")?.id).toBe("requester");
  });

  it("is the house's or the service's where nobody has one", () => {
    expect(phoneOfOther(summary(null), "requester")).toEqual({ name: "Neurologie", number: "2000" });
    expect(phoneOfOther(summary(null), "specialist")).toEqual({ name: "Klinik", number: "1000" });
  });
});

it.each([
  ["Prof. Dr. med. Miriam Falk", "MF"],
  ["Dr. Jana Öz", "JÖ"],
  ["Änne", "Ä"],
  ["", ""],
])("initials of %j", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it("the level meter is empty in silence and full when somebody speaks close by", () => {
  expect(meter(0)).toBe(0);
  expect(meter(0.001)).toBeCloseTo(0);
  expect(meter(0.5)).toBe(1);
});
