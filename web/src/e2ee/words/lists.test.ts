import { describe, expect, it, vi } from "vitest";
import { LISTS } from "./words";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

/** How a German word sounds, roughly: what is spelt differently and spoken alike becomes the same. */
function sound(word: string): string {
  return word
    .replaceAll("sch", "S")
    .replaceAll("ch", "X")
    .replaceAll("ck", "k")
    .replace(/ph|pf/g, "f")
    .replace(/th|dt/g, "t")
    .replaceAll("rh", "r")
    .replaceAll("tz", "z")
    .replaceAll("qu", "kw")
    .replaceAll("x", "ks")
    .replaceAll("v", "f")
    .replaceAll("y", "i")
    .replaceAll("c", "k")
    .replaceAll("ai", "ei")
    .replaceAll("ie", "i")
    .replaceAll("eu", "oi")
    .replace(/(?<=[aeiou])h/g, "")
    .replace(/(.)\1+/g, "$1")
    .replace(/d$/, "t")
    .replace(/b$/, "p")
    .replace(/g$/, "k");
}

/** One letter replaced, added or left out turns the one into the other, or none has to. */
function isNear(a: string, b: string): boolean {
  if (a.length > b.length) return isNear(b, a);
  if (b.length - a.length > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return a.length === b.length ? a.slice(at + 1) === b.slice(at + 1) : a.slice(at) === b.slice(at + 1);
}

describe.each([
  ["en", 3, 8],
  ["de", 4, 10],
] as const)("the word list %s", (language, shortest, longest) => {
  const words = LISTS[language];

  it("has 2,048 different words in their order, of plain letters", () => {
    expect(words).toHaveLength(2048);
    expect(words).toEqual([...new Set(words)].sort());
    for (const word of words) expect(word).toMatch(new RegExp(`^[a-z]{${shortest},${longest}}$`));
  });

  it("is unique in the first four letters", () => {
    expect(new Set(words.map((word) => word.slice(0, 4))).size).toBe(2048);
  });
});

describe("the German list", () => {
  it("has no two words that sound alike, or almost", () => {
    const sounds = LISTS.de.map((word) => [word, sound(word)] as const);
    const near = sounds.flatMap(([a, as], i) =>
      sounds.slice(i + 1).flatMap(([b, bs]) => (isNear(as, bs) ? [`${a} ${b}`] : [])),
    );
    expect(near).toEqual([]);
  });
});
