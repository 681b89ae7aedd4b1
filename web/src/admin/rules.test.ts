import { expect, test } from "vitest";
import type { AdminDirectory, AdminPerson } from "../api/types";
import { partners, personRules, replaced, serviceRules, whole, withEnd, without } from "./rules";

test("what an older server does not say is what it meant", () => {
  expect(personRules({} as AdminPerson)).toEqual({ qualified_until: [], licences: [], part_time: 100, newcomer_until: null });
  expect(serviceRules({})).toEqual({ group: null, needs_licence: false, overflow_to: null, overflow_from: [] });
});

test("a qualification has one end, and an empty date takes it away", () => {
  const none = personRules({} as AdminPerson);
  const one = withEnd(withEnd(none, "radiology", "2027-01-31"), "radiology", "2027-02-28");
  expect(one.qualified_until).toEqual([{ specialty: "radiology", until: "2027-02-28" }]);
  expect(withEnd(one, "radiology", "").qualified_until).toEqual([]);
});

test("only another network's service of the same specialty helps out", () => {
  const service = (id: string, network_id: string, specialty: string) => ({ id, network_id, specialty });
  const own = service("1", "n", "radiology");
  const services = [own, service("2", "n", "radiology"), service("3", "o", "cardiology"), service("4", "o", "radiology")];
  expect(partners({ services } as unknown as AdminDirectory, own as never).map(({ id }) => id)).toEqual(["4"]);
});

test("lists and numbers", () => {
  expect([replaced([1, 2, 3], 1, 9), without([1, 2, 3], 1)]).toEqual([[1, 9, 3], [1, 3]]);
  expect(["7", " 100 ", "0", "101", "x", ""].map((text) => whole(text, 1, 100))).toEqual([7, 100, null, null, null, null]);
});
