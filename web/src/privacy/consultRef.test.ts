import { expect, test } from "vitest";
import { findConsult, labelOf } from "./consultRef";

const A = "0193e4a0-0000-7000-8000-000000007f3a";
const TWIN = "0193e4a1-0000-7000-8000-111111117f3a";

test("the label is the last four digits", () => expect(labelOf(A)).toBe("TK-7F3A"));

test.each(["TK-7F3A", "tk-7f3a", " 7f3a ", "TK 7F3A", A, A.toUpperCase()])("%s", (typed) =>
  expect(findConsult(typed, [A, A])).toEqual({ id: A }),
);

test.each([
  ["", "empty"],
  ["Schmidt", "unreadable"],
  ["TK-0000", "unknown"],
])("%j is %s", (typed, problem) => expect(findConsult(typed, [A])).toEqual({ problem }));

test("two consults of one short name need the whole id", () => {
  expect(findConsult("TK-7F3A", [A, TWIN])).toEqual({ problem: "ambiguous" });
  expect(findConsult(TWIN, [A])).toEqual({ id: TWIN });
});
