import { expect, test } from "vitest";
import type { NamedConsult } from "../api/types";
import { findConsult, labelOf } from "./consultRef";

const A = "0193e4a0-0000-7000-8000-000000007f3a";
const TWIN = "0193e4a1-0000-7000-8000-111111117f3a";

const consult = (id: string): NamedConsult => ({
  id,
  label: labelOf(id),
  created_at: 1,
  hospital: "Klinik Nord",
  is_purged: false,
});
/** A server that knows these. */
const knows =
  (...ids: string[]) =>
  (label: string) =>
    Promise.resolve(ids.filter((id) => labelOf(id) === label).map(consult));
const nobody = () => Promise.reject(new Error("asked in vain"));

test("the label is the last four digits", () => expect(labelOf(A)).toBe("TK-7F3A"));

test.each(["TK-7F3A", "tk-7f3a", " 7f3a ", "TK 7F3A"])("%s", async (typed) =>
  expect(await findConsult(typed, knows(A))).toEqual({ id: A }),
);

test.each([A, ` ${A.toUpperCase()}`])("a whole number needs nobody to ask: %s", async (typed) =>
  expect(await findConsult(typed, nobody)).toEqual({ id: A }),
);

test.each([
  ["", "empty"],
  ["Schmidt", "unreadable"],
])("%j is %s", async (typed, problem) => expect(await findConsult(typed, nobody)).toEqual({ problem }));

test("a short name of nobody's is unknown", async () =>
  expect(await findConsult("TK-0000", knows(A))).toEqual({ problem: "unknown" }));

test("of two consults of one short name somebody has to choose", async () =>
  expect(await findConsult("TK-7F3A", knows(A, TWIN))).toEqual({
    problem: "ambiguous",
    choices: [consult(A), consult(TWIN)],
  }));
