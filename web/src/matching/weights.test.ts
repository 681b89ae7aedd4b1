import { expect, test } from "vitest";
import { parsed, STANDARD, typed, weightsOf } from "./weights";

test("what is typed comes back as it was", () => {
  expect(weightsOf(typed(STANDARD))).toEqual(STANDARD);
  expect(weightsOf(typed({ primary: 7 }))).toEqual({ ...STANDARD, primary: 7 });
});

test.each([
  ["primary", "1000", 1000],
  ["primary", "-1", null],
  ["primary", "100001", null],
  ["call_out", " −2 ", -2],
  ["call_out", "-0", 0],
  ["call_out", "2", null],
  ["language", "", null],
  ["language", "1.5", null],
] as const)("%s: %s", (name, text, value) => expect(parsed(name, text)).toBe(value));

test("one that is no number holds all of them back", () => {
  expect(weightsOf({ ...typed(STANDARD), language: "viel" })).toBeNull();
});
