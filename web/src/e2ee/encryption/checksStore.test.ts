import { afterEach, describe, expect, it, vi } from "vitest";
import { BrowserChecks, NOTHING, parse } from "./checksStore";

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
    const all = { checks: [check], authority: "k", differs: ["c1"], owner: "me" };
    new BrowserChecks("x").write(all);
    expect(new BrowserChecks("x").read()).toEqual(all);
    expect(new BrowserChecks("y").read()).toEqual(NOTHING);
    new BrowserChecks("x").forget();
    expect(new BrowserChecks("x").read()).toEqual(NOTHING);
  });

  it("is its owner's, and goes when somebody else has signed in without a sign-out before", () => {
    storage();
    const checks = new BrowserChecks("x");
    checks.write({ ...NOTHING, checks: [check], authority: "k", differs: ["c1"] });
    checks.claim("me");
    checks.claim("me");
    expect(checks.read()).toEqual({ checks: [check], authority: "k", differs: ["c1"], owner: "me" });
    checks.claim("another");
    expect(new BrowserChecks("x").read()).toEqual({ ...NOTHING, owner: "another" });
  });

  it("is nothing where it is damaged, and as much as can be read", () => {
    expect(parse("{")).toEqual(NOTHING);
    expect(parse("null")).toEqual(NOTHING);
    const damaged = { checks: [check, { person: 1 }, null], authority: 3, differs: [1, "c1"], owner: {} };
    expect(parse(JSON.stringify(damaged))).toEqual({ ...NOTHING, checks: [check], differs: ["c1"] });
    expect(parse(JSON.stringify({ differs: "c1" }))).toEqual(NOTHING);
  });

  it("lasts as long as the page where the browser refuses", () => {
    vi.stubGlobal("localStorage", undefined);
    const checks = new BrowserChecks("x");
    checks.write({ ...NOTHING, checks: [check], differs: ["c1"] });
    expect(checks.read()).toEqual({ ...NOTHING, checks: [check], differs: ["c1"] });
    checks.forget();
    expect(checks.read()).toEqual(NOTHING);
  });
});
