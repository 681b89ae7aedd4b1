import { expect, test } from "vitest";
import { newId } from "./ids";

test("an id is a UUIDv7 whose order is the order of time", () => {
  const id = newId(0x0192_3456_789a, new Uint8Array(10).fill(0xff));
  expect(id).toBe("01923456-789a-7fff-bfff-ffffffffffff");
  expect(newId(1000) < newId(2000)).toBe(true);
});
