import { afterEach, beforeEach, expect, test, vi } from "vitest";

let stored: Map<string, string>;

beforeEach(() => {
  stored = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
  });
  vi.resetModules();
});

afterEach(() => vi.unstubAllGlobals());

test("what one person has seen is new to the next at the same PC, and known after a reload", async () => {
  const { seenBy } = await import("./seen");
  seenBy("falk").add("part:a:7");
  expect(seenBy("falk").snapshot()).toEqual(["part:a:7"]);
  expect(seenBy("weiss").snapshot()).toEqual([]);
  vi.resetModules();
  const { seenBy: reloaded } = await import("./seen");
  expect(reloaded("falk").snapshot()).toEqual(["part:a:7"]);
  expect(reloaded("weiss").snapshot()).toEqual([]);
});
