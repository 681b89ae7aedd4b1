import { expect, test } from "vitest";
import { formatReferRoute, parseReferRoute, type ReferRoute } from "./route";

const ID = "0193e4a0-0000-7000-8000-000000000001";

test("every address leads back to its page", () => {
  for (const route of [{ page: "list" }, { page: "new" }, { page: "consult", id: ID }] satisfies ReferRoute[]) {
    expect(parseReferRoute(formatReferRoute(route))).toEqual(route);
  }
});

test("anything else is the list", () => {
  for (const hash of ["", "#", "#/x", "#/consult/", "#/consult/../x"]) expect(parseReferRoute(hash)).toEqual({ page: "list" });
});
