import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEntry, encodeEntry } from "./codec";
import { MAX_ENTRIES, Replica, type Entry, type Json } from "./replica";
import { MAX_COUNTER } from "./version";

const keys = fc.constantFrom("vp/0", "presenter", "ann/1", "ann/2");
const values: fc.Arbitrary<Json> = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.record({ a: fc.integer(), b: fc.string() }),
);

/** Three members write and hear of each other now and then; all that was ever written comes out. */
const histories: fc.Arbitrary<Entry[]> = fc
  .array(fc.record({ member: fc.integer({ min: 0, max: 2 }), key: keys, value: values, hears: fc.option(fc.nat()) }), {
    maxLength: 40,
  })
  .map((writes) => {
    const members = [new Replica(), new Replica(), new Replica()];
    const written: Entry[] = [];
    for (const { member, key, value, hears } of writes) {
      const replica = members[member] as Replica;
      if (hears !== null && written.length > 0) replica.merge(written[hears % written.length] as Entry);
      written.push(replica.put(key, value, member));
    }
    return written;
  });

/** Entries of any version, also such that no honest member writes: one version for two values. */
const forged: fc.Arbitrary<Entry[]> = fc.array(
  fc.record({
    key: keys,
    version: fc.record({ counter: fc.integer({ min: 1, max: 3 }), member: fc.integer({ min: 0, max: 2 }) }),
    value: values,
  }),
  { maxLength: 30 },
);

function replicaOf(entries: readonly Entry[]): Entry[] {
  const replica = new Replica();
  for (const entry of entries) replica.merge(entry);
  return replica.entries();
}

/** `entries` in any order, any of them repeated; each arrives at least once (what is lost is sent again). */
function deliveries(entries: readonly Entry[]): fc.Arbitrary<Entry[]> {
  if (entries.length === 0) return fc.constant([]);
  return fc.array(fc.nat(entries.length - 1), { maxLength: 20 }).chain((repeats) => {
    const all = [...entries, ...repeats.map((i) => entries[i] as Entry)];
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  });
}

describe("the replica", () => {
  it.each([
    ["honest", histories],
    ["forged", forged],
  ])("converges under any order, duplication and loss with resend (%s entries)", (_, arbitrary) => {
    fc.assert(
      fc.property(
        arbitrary.chain((written) => fc.tuple(deliveries(written), deliveries(written))),
        ([a, b]) => {
          expect(replicaOf(a)).toEqual(replicaOf(b));
        },
      ),
    );
  });

  it("survives the wire", () => {
    fc.assert(
      fc.property(histories, (written) => {
        const arrived = written.map((entry) => decodeEntry(entry.key, encodeEntry(entry)) as Entry);
        expect(replicaOf(arrived)).toEqual(replicaOf(written));
      }),
    );
  });

  it("a write is newer than everything its author has seen", () => {
    fc.assert(
      fc.property(histories, keys, (written, key) => {
        const replica = new Replica();
        for (const entry of written) replica.merge(entry);
        const mine = replica.put(key, "mine", 9);
        for (const entry of written) replica.merge(entry);
        expect(replica.entry(key)).toBe(mine);
      }),
    );
  });

  it("a deleted entry stays deleted when an older write comes late", () => {
    const author = new Replica();
    const drawn = author.put("ann/1", { n: 1 }, 1);
    const deleted = author.put("ann/1", null, 1);
    const late = new Replica();
    late.merge(deleted);
    expect(late.merge(drawn)).toBe(false);
    expect(late.value("ann/1")).toBeUndefined();
    expect(late.entry("ann/1")).toBe(deleted);
  });

  it("does not grow without end", () => {
    const replica = new Replica();
    for (let i = 0; i < MAX_ENTRIES + 10; i += 1)
      replica.merge({ key: `k${i}`, version: { counter: 1, member: 1 }, value: 1 });
    expect(replica.entries()).toHaveLength(MAX_ENTRIES);
  });

  it("reads no damaged or exaggerated entry", () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    for (const text of [
      "",
      "{",
      "[]",
      "[1,2]",
      "[0,1,null]",
      "[1,-1,null]",
      "[1.5,1,null]",
      `[${MAX_COUNTER + 1},1,null]`,
      "[1,1,null,0]",
    ]) {
      expect(decodeEntry("k", bytes(text)), text).toBeUndefined();
    }
    expect(decodeEntry("k", new Uint8Array([0xff]))).toBeUndefined();
    expect(decodeEntry("k", bytes("[1,0,null]"))).toEqual({
      key: "k",
      version: { counter: 1, member: 0 },
      value: null,
    });
  });
});
