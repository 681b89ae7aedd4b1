import { expect, test } from "vitest";
import { parseOncallRoute } from "./oncallRoute";

test("an address leads to its page, and a preset or nonsense to the first one", () => {
  const id = "0193e4a0-0000-7000-8000-000000000001";
  expect(parseOncallRoute(`#/consult/${id}`)).toEqual({ page: "consult", id });
  expect(parseOncallRoute("#/self-test")).toEqual({ page: "self-test" });
  expect(parseOncallRoute("#/call-outs")).toEqual({ page: "call-outs" });
  for (const hash of ["", "#/", "#/consult/x", "#preset=language=en", "#/devices"]) expect(parseOncallRoute(hash)).toEqual({ page: "home" });
});
