import { describe, expect, it } from "vitest";
import type { ConsultSummary, Member, PersonRef } from "../api/types";
import { meter } from "../rtc/level";
import { initialsOf } from "./colors";
import { counterpart, phonesOfOther, roleOf } from "./people";

const person = (id: string, hospital_id: string, phone?: string): PersonRef => ({
  id,
  name: id,
  hospital_id,
  hospital: hospital_id,
  phone,
});
const [asks, colleague, expert] = [person("asks", "small"), person("colleague", "small"), person("expert", "big")];
const summary = (specialist: PersonRef | null, requester = asks) =>
  ({
    requester,
    specialist,
    hospital: { id: "small", name: "Klinik", phone: "1000" },
    service: { name: "Neurologie", fallback_phone: "2000" },
    participants: [{ person: person("third", "big"), part: "interpreter", since: 0 }],
  }) as unknown as ConsultSummary;
const numbers = (...args: Parameters<typeof phonesOfOther>) => phonesOfOther(...args).map(({ number }) => number);

describe("the numbers that help when nothing else does", () => {
  it("are the specialist's own and the service's for the house that asks", () => {
    const consult = summary({ ...expert, phone: "22" });
    expect(numbers(consult, asks)).toEqual(["22", "2000"]);
    expect(numbers(consult, colleague)).toEqual(["22", "2000"]);
    expect(numbers(summary(null), asks)).toEqual(["2000"]);
    expect(counterpart(consult, colleague)?.id).toBe("expert");
  });

  it("are callback, requester and hospital for the specialist, each once", () => {
    const consult = summary(expert, { ...asks, phone: "11" });
    expect(numbers(consult, expert, "0151 1")).toEqual(["0151 1", "11", "1000"]);
    expect(numbers(consult, expert, "1 1")).toEqual(["1 1", "1000"]);
    expect(numbers(summary(expert), expert, " ")).toEqual(["1000"]);
    expect(counterpart(consult, person("desk", "big"))?.id).toBe("asks");
  });
});

it("the part in the room is the server's word, guests first", () => {
  const member = (who: PersonRef, more: Partial<Member> = {}) => ({ person: who, is_specialist: false, ...more }) as Member;
  const consult = summary(expert);
  expect(roleOf(member(expert, { is_specialist: true }), consult)).toBe("specialist");
  expect(roleOf(member(asks), consult)).toBe("requester");
  expect(roleOf(member(person("third", "big")), consult)).toBe("interpreter");
  expect(roleOf(member(asks, { is_guest: true }), consult)).toBe("guest");
  expect(roleOf(member(colleague), consult)).toBe("team");
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
