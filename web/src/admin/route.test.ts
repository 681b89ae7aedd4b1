import { expect, test } from "vitest";
import { parseAdminRoute, sectionOf } from "./route";

const ID = "0193e4a0-0000-7000-8000-000000000001";

test.each([
  ["", "people", null, false],
  ["#/hospitals", "hospitals", null, false],
  ["#/people/new", "people", "new", false],
  [`#/networks/${ID}`, "networks", ID, false],
  [`#/people/${ID}/link`, "people", ID, true],
  [`#/hospitals/${ID}/link`, "hospitals", ID, false],
  ["#/people/../x", "people", null, false],
  [`#/nothing/${ID}`, "people", null, false],
])("%s", (hash, kind, item, isLink) => expect(parseAdminRoute(hash)).toEqual({ kind, item, isLink }));

test("networks stand with their services", () => expect(sectionOf("networks")).toBe("services"));
