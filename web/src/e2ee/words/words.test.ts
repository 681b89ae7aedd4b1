import { describe, expect, it, vi } from "vitest";
import { announcements, distrust, MAX_CHECKS, remember, standingOf } from "./checks";
import { WORDS, wordIndexes, wordsOf } from "./words";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

describe("verification words", () => {
  it("are the same for the same authenticator, in each language, and fixed for all versions", async () => {
    const indexes = await wordIndexes(new Uint8Array(32).fill(1));
    expect(indexes).toEqual(await wordIndexes(new Uint8Array(32).fill(1)));
    expect(wordsOf(indexes, "de")).toMatchInlineSnapshot(`
      [
        "singen",
        "seele",
        "jongleur",
        "tarantel",
        "labyrinth",
        "boxer",
        "pionier",
        "riechen",
      ]
    `);
    expect(wordsOf(indexes, "en")).toMatchInlineSnapshot(`
      [
        "since",
        "sentence",
        "hobby",
        "sugar",
        "leopard",
        "catalog",
        "position",
        "ripple",
      ]
    `);
  });

  it("differ with any bit of it, and use the whole lists", { timeout: 30_000 }, async () => {
    const seen = new Set<number>();
    const texts = new Set<string>();
    const oneBit = (i: number) => new Uint8Array(32).map((_, at) => (at === i >> 3 ? 1 << (i & 7) : 0));
    for (const indexes of await Promise.all(Array.from({ length: 64 }, (_, i) => wordIndexes(oneBit(i))))) {
      expect(indexes).toHaveLength(WORDS);
      for (const index of indexes) {
        expect(index).toBeGreaterThanOrEqual(0);
        expect(index).toBeLessThan(2048);
        seen.add(index);
      }
      texts.add(indexes.join());
    }
    expect(texts.size).toBe(64);
    // 512 draws: some 450 different ones, from the whole range.
    expect(seen.size).toBeGreaterThan(400);
    expect(Math.max(...seen)).toBeGreaterThan(1900);
  });
});

describe("a check", () => {
  const anna = { person: "anna", key: "a1" };
  const ben = { person: "ben", key: "b1" };
  const other = { person: "anna", key: "a2" };

  it("sticks to the keys of those who were there", () => {
    const checks = remember([], [anna, ben], 1000);
    expect(standingOf(checks, anna)).toBe("checked");
    expect(standingOf(checks, other)).toBe("changed");
    expect(standingOf(checks, { person: "carla", key: "c1" })).toBe("unknown");
  });

  it("holds for more than one device of a person", () => {
    const checks = remember(remember([], [anna], 1000), [other], 2000);
    expect([standingOf(checks, anna), standingOf(checks, other)]).toEqual(["checked", "checked"]);
  });

  it("is taken back when the words do not agree", () => {
    expect(standingOf(distrust(remember([], [anna, ben], 1), [anna]), anna)).toBe("unknown");
  });

  it("is forgotten when too many came later", () => {
    const many = Array.from({ length: MAX_CHECKS }, (_, i) => ({ person: `p${i}`, key: "k" }));
    const checks = remember(remember([], [anna], 1), many, 2);
    expect([checks.length, standingOf(checks, anna)]).toEqual([MAX_CHECKS, "unknown"]);
  });

  it("has everybody told of a key that is another one than before", () => {
    const checks = remember([], [anna], 1);
    expect(announcements(checks, [anna, ben], [other, ben])).toEqual([other]);
    // Never checked, and changed within the room.
    expect(announcements([], [ben], [{ person: "ben", key: "b2" }])).toEqual([{ person: "ben", key: "b2" }]);
    // Comes with another key than the one that was checked in an earlier consult.
    expect(announcements(checks, [ben], [ben, other])).toEqual([other]);
    expect(announcements(checks, [], [anna, ben])).toEqual([]);
    // Back with a second device that was checked too.
    expect(announcements(remember(checks, [other], 2), [anna], [other])).toEqual([]);
  });
});
