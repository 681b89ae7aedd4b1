import { expect, test } from "vitest";
import { LEFT, placed, ROW, short, WIDTH } from "./bars";

test("bars are as long as their values, and a mark further out makes them shorter", () => {
  const { rows, height } = placed([
    { label: "a", value: 10, text: "10" },
    { label: "b", value: 5, mark: 20, text: "5" },
    { label: "c", value: 0, mark: null, text: "0" },
  ]);
  expect(height).toBe(3 * ROW);
  const [a, b, c] = rows;
  expect(a?.width).toBeCloseTo(2 * (b?.width ?? 0));
  expect(b?.at).toBeGreaterThan(LEFT + (a?.width ?? 0));
  expect(b?.at).toBeLessThan(WIDTH);
  expect([c?.width, c?.at, c?.y]).toEqual([0, null, 2 * ROW]);
  expect(placed([]).height).toBe(ROW);
  expect(short("x".repeat(50))).toHaveLength(42);
});
