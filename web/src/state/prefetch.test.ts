import { expect, test } from "vitest";
import { DEFAULT_BUDGETS, budgetOf, inOrder } from "./prefetch";

test("a mobile network has a budget of its own, and saving data turns it off", () => {
  expect(budgetOf(DEFAULT_BUDGETS, {})).toBe(300_000_000);
  expect(budgetOf(DEFAULT_BUDGETS, { type: "wifi" })).toBe(300_000_000);
  expect(budgetOf(DEFAULT_BUDGETS, { type: "cellular" })).toBe(60_000_000);
  expect(budgetOf({ prefetch: 0, prefetch_mobile: 5 }, { type: "wifi" })).toBe(0);
  expect(budgetOf(DEFAULT_BUDGETS, { saveData: true })).toBe(0);
});

test("the largest series is loaded first", () => {
  expect(inOrder([{ images: ["scout"] }, { images: ["a", "b", "c"] }, { images: ["x", "y"] }])).toEqual(["a", "b", "c", "x", "y", "scout"]);
});
