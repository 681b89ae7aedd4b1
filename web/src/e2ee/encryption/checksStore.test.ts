import { afterEach, describe, expect, it, vi } from "vitest";
import { checksStore, forgetChecks, parse } from "./checksStore";

const check = { person: "anna", key: "a1", at: 1000 };

afterEach(() => vi.unstubAllGlobals());

function storage(): Map<string, string> {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  return kept;
}

describe("what a browser remembers", () => {
  it("is there the next time, until sign-out", () => {
    storage();
    checksStore.write({ checks: [check], authority: "k" });
    expect(checksStore.read()).toEqual({ checks: [check], authority: "k" });
    forgetChecks();
    expect(checksStore.read()).toEqual({ checks: [], authority: undefined });
  });

  it("is nothing where it is damaged, and as much as can be read", () => {
    expect(parse("{")).toEqual({ checks: [], authority: undefined });
    expect(parse("null")).toEqual({ checks: [], authority: undefined });
    expect(parse(JSON.stringify({ checks: [check, { person: 1 }, null], authority: 3 }))).toEqual({
      checks: [check],
      authority: undefined,
    });
  });

  it("is nothing where the browser refuses", () => {
    vi.stubGlobal("localStorage", undefined);
    checksStore.write({ checks: [check], authority: "k" });
    expect(checksStore.read().checks).toEqual([]);
    expect(() => forgetChecks()).not.toThrow();
  });
});
