import { afterEach, describe, expect, it, vi } from "vitest";
import { browserMemory, forgetChecks, NOTHING } from "./checksStore";

const check = { person: "ben", key: "a1", at: 1000 };
const some = { checks: [check], differs: ["c1"] };

afterEach(() => {
  forgetChecks("member");
  forgetChecks("guest");
  vi.unstubAllGlobals();
});

function storage(): Map<string, string> {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    get length() {
      return kept.size;
    },
    key: (at: number) => [...kept.keys()][at] ?? null,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  return kept;
}

describe("what a browser remembers", () => {
  it("is there the next time, until sign-out", () => {
    const kept = storage();
    browserMemory("member").checksOf("anna").write(some);
    browserMemory("guest").checksOf("anna").write(some);
    expect(browserMemory("member").checksOf("anna").read()).toEqual(some);
    forgetChecks("member");
    expect(browserMemory("member").checksOf("anna").read()).toEqual(NOTHING);
    expect([...kept.keys()]).toEqual(["telekonsil-guest-checks.anna"]);
  });

  it("is one person's each: nobody reads, changes or loses what is somebody else's", () => {
    storage();
    const { checksOf } = browserMemory("member");
    checksOf("anna").write(some);
    expect(checksOf("carla").read()).toEqual(NOTHING);
    checksOf("carla").write({ checks: [], differs: ["c2"] });
    expect(checksOf("anna").read()).toEqual(some);
  });

  it("has the installation's key once, over sign-out and visits", () => {
    storage();
    expect(browserMemory("member").authority.read()).toBeUndefined();
    browserMemory("member").authority.write("k");
    forgetChecks("member");
    forgetChecks("guest");
    expect(browserMemory("guest").authority.read()).toBe("k");
  });

  it("takes over what an earlier version kept in one entry, for its owner alone", () => {
    const kept = storage();
    const { checksOf, authority } = browserMemory("member");
    const old = JSON.stringify({ ...some, authority: "k", owner: "anna" });
    kept.set("telekonsil-checks", old);
    expect([checksOf("zoe").read(), authority.read()]).toEqual([NOTHING, "k"]);
    authority.write("k2");
    expect([checksOf("anna").read(), authority.read()]).toEqual([some, "k2"]);
    expect([...kept.keys()].sort()).toEqual(["telekonsil-authority", "telekonsil-checks.anna"]);
    // It said not always whose it was. What was written since is newer.
    kept.set("telekonsil-guest-checks", JSON.stringify(some));
    expect(browserMemory("guest").checksOf("gast").read()).toEqual(some);
    checksOf("anna").write(NOTHING);
    kept.set("telekonsil-checks", old);
    expect([checksOf("anna").read(), authority.read()]).toEqual([NOTHING, "k2"]);
    expect([...kept.keys()].sort()).toEqual(["telekonsil-authority", "telekonsil-checks.anna", "telekonsil-guest-checks.gast"]);
    kept.set("telekonsil-checks", "null");
    expect(checksOf("zoe").read()).toEqual(NOTHING);
  });

  it("is nothing where it is damaged, and as much as can be read", () => {
    const kept = storage();
    const read = (text: string) => {
      kept.set("telekonsil-checks.anna", text);
      return browserMemory("member").checksOf("anna").read();
    };
    expect(read("{")).toEqual(NOTHING);
    expect(read("null")).toEqual(NOTHING);
    const damaged = { checks: [check, { person: 1 }, null], differs: [1, "c1"] };
    expect(read(JSON.stringify(damaged))).toEqual(some);
    expect(read(JSON.stringify({ differs: "c1" }))).toEqual(NOTHING);
    kept.set("telekonsil-authority", "{}");
    expect(browserMemory("member").authority.read()).toBeUndefined();
  });

  it("lasts as long as the page where the browser refuses", () => {
    vi.stubGlobal("localStorage", undefined);
    browserMemory("member").checksOf("anna").write(some);
    expect(browserMemory("member").checksOf("anna").read()).toEqual(some);
    forgetChecks("member");
    expect(browserMemory("member").checksOf("anna").read()).toEqual(NOTHING);
  });
});
