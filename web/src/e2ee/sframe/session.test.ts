import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { fromHex, toHex, utf8, type Bytes } from "../bytes";
import { importBaseKey, TAG_BYTES } from "./cipher";
import { decodeHeader } from "./header";
import { decodeKid } from "./kid";
import { KEEP_AFTER_REMOVAL, KEEP_OLD_EPOCH, MAX_CONTEXTS, Receiver, type OpenFault } from "./receiver";
import { Sender } from "./sender";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const random = (bytes: Bytes) => void crypto.getRandomValues(bytes);
const base = (fill: number) => importBaseKey(new Uint8Array(16).fill(fill));
const [one, two] = await Promise.all([base(1), base(2)]);
const both = new Map([
  [0, "anna"],
  [1, "ben"],
]);
const none = new Uint8Array(0);

async function sender(leaf: number, epoch = 1n, key = one): Promise<Sender> {
  const made = new Sender(random);
  await made.use({ epoch, leaf, base: key });
  return made;
}

function receiver(): Receiver {
  const made = new Receiver();
  made.use({ epoch: 1n, base: one, members: both }, 0);
  return made;
}

async function seal(from: Sender, text = "frame", metadata: Uint8Array = none): Promise<Bytes> {
  const sealed = await from.seal(metadata, utf8(text));
  if (!sealed) throw new Error("no key");
  return sealed;
}

async function fault(at: Receiver, sealed: Bytes, now = 1, metadata: Uint8Array = none): Promise<OpenFault | "opened"> {
  const opened = await at.open(metadata, sealed, now);
  return opened.ok ? "opened" : opened.fault;
}

describe("a sender", () => {
  it("seals nothing without a key, nor after it was stopped", async () => {
    const made = new Sender(random);
    expect(await made.seal(none, utf8("x"))).toBeUndefined();
    await made.use({ epoch: 1n, leaf: 0, base: one });
    expect(await made.seal(none, utf8("x"))).toBeDefined();
    made.stop();
    expect(await made.seal(none, utf8("x"))).toBeUndefined();
  });

  it("never uses a (KID, counter) twice, however seals and epochs overlap", async () => {
    const act = fc.oneof(
      { weight: 6, arbitrary: fc.record({ seal: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.record({ epoch: fc.bigInt({ min: 0n, max: 3n }), leaf: fc.nat(2) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
        const made = await sender(0);
        const sealed = acts.map((a) =>
          "seal" in a ? made.seal(none, new Uint8Array(a.seal)) : made.use({ ...a, base: one }),
        );
        const used = (await Promise.all(sealed)).flatMap((bytes) =>
          bytes ? [toHex(bytes.slice(0, decodeHeader(bytes)?.length))] : [],
        );
        expect(new Set(used).size).toBe(used.length);
      }),
      { numRuns: 40 },
    );
  });

  it("uses other keys than another sender of the same leaf and epoch: a restarted worker repeats no nonce", async () => {
    const kids = await Promise.all(
      Array.from({ length: 50 }, async () => decodeHeader(await seal(await sender(1)))?.kid),
    );
    expect(new Set(kids).size).toBe(50);
    expect(kids.every((kid) => decodeKid(kid ?? 0n)?.leaf === 1)).toBe(true);
  });

  it("keeps to the later of two epochs, whichever key is ready first", async () => {
    const made = new Sender(random);
    await Promise.all([made.use({ epoch: 1n, leaf: 0, base: one }), made.use({ epoch: 2n, leaf: 0, base: two })]);
    expect(decodeKid(decodeHeader(await seal(made))?.kid ?? 0n)?.epoch).toBe(2);
  });
});

describe("a receiver", () => {
  it("opens what was sealed, empty or not, with its metadata, and tells who sealed it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 12 }),
        async (payload, metadata) => {
          const sealed = (await (await sender(1)).seal(metadata, payload as Bytes)) as Bytes;
          expect(sealed.length).toBe(payload.length + TAG_BYTES + (decodeHeader(sealed)?.length ?? 0));
          expect(await receiver().open(metadata, sealed, 1)).toEqual({
            ok: true,
            leaf: 1,
            member: "ben",
            plaintext: payload,
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("opens nothing that was changed anywhere, cut off or moved to another place", async () => {
    const sealed = await seal(await sender(1), "frame", utf8("here"));
    for (let i = 0; i < sealed.length; i += 1) {
      for (const flip of [1, 0x80]) {
        const changed = sealed.slice();
        changed[i] = (changed[i] ?? 0) ^ flip;
        expect(await fault(receiver(), changed, 1, utf8("here"))).not.toBe("opened");
      }
      expect(await fault(receiver(), sealed.slice(0, i), 1, utf8("here"))).not.toBe("opened");
    }
    expect(await fault(receiver(), sealed, 1, utf8("there"))).toBe("forged");
  });

  it("survives any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        expect(await fault(receiver(), bytes as Bytes)).not.toBe("opened");
      }),
    );
  });

  it("opens a frame once, even when two copies come at the same time", async () => {
    const at = receiver();
    const sealed = await seal(await sender(1));
    const both = await Promise.all([fault(at, sealed), fault(at, sealed)]);
    expect(both.sort()).toEqual(["opened", "replayed"]);
    expect(await fault(at, sealed)).toBe("replayed");
  });

  it("opens frames in any order", async () => {
    const [at, from] = [receiver(), await sender(1)];
    const sealed = [];
    for (let i = 0; i < 20; i += 1) sealed.push(await seal(from));
    for (const frame of sealed.reverse()) expect(await fault(at, frame)).toBe("opened");
  });

  it("keeps no state of a sender that it could not open", async () => {
    const at = receiver();
    const forged = await seal(await sender(1, 1n, two));
    for (let i = 0; i < 3 * MAX_CONTEXTS; i += 1)
      expect(await fault(at, await seal(await sender(1, 1n, two)))).toBe("forged");
    expect(await fault(at, forged)).toBe("forged");
    expect(await fault(at, await seal(await sender(1)))).toBe("opened");
  });

  it("takes a forged counter for nothing", async () => {
    const at = receiver();
    const from = await sender(1);
    const sealed = await seal(from);
    const later = sealed.slice();
    // Counter 7 instead of 0: the highest that stands in the configuration byte.
    later[0] = (later[0] ?? 0) | 7;
    expect(await fault(at, later)).toBe("forged");
    expect(await fault(at, sealed)).toBe("opened");
  });

  it("listens to so many senders of one leaf and no more", async () => {
    const at = receiver();
    for (let i = 0; i < MAX_CONTEXTS; i += 1) expect(await fault(at, await seal(await sender(1)))).toBe("opened");
    expect(await fault(at, await seal(await sender(1)))).toBe("too_many_senders");
    expect(await fault(at, await seal(await sender(0)))).toBe("opened");
  });

  it("knows neither strangers nor leaves without a member", async () => {
    expect(await fault(receiver(), await seal(await sender(2)))).toBe("not_a_member");
    expect(await fault(receiver(), await seal(await sender(1, 2n)))).toBe("no_key");
    expect(await fault(new Receiver(), await seal(await sender(1)))).toBe("no_key");
    expect(await fault(receiver(), fromHex("ffffffffffffffffffffffffffffffffff00"))).toBe("malformed");
  });

  it("opens late frames of the last epoch for a while, and then no more", async () => {
    const at = receiver();
    const from = await sender(1);
    const [early, late] = [await seal(from), await seal(from)];
    at.use({ epoch: 2n, base: two, members: both }, 1000);
    expect(await fault(at, early, 1000 + KEEP_OLD_EPOCH - 1)).toBe("opened");
    expect(await fault(at, late, 1000 + KEEP_OLD_EPOCH)).toBe("no_key");
    await from.use({ epoch: 2n, leaf: 1, base: two });
    expect(await fault(at, await seal(from), 1000 + KEEP_OLD_EPOCH)).toBe("opened");
  });

  it("hears a removed member no more, nor whoever took the leaf under the old key", async () => {
    const at = receiver();
    const [anna, ben] = [await sender(0), await sender(1)];
    at.use({ epoch: 2n, base: two, members: new Map(both).set(1, "carla") }, 1000);
    expect(await fault(at, await seal(ben), 1001)).toBe("not_a_member");
    expect(await fault(at, await seal(anna), 1001)).toBe("opened");
    expect(await fault(at, await seal(anna), 1000 + KEEP_AFTER_REMOVAL)).toBe("no_key");
  });

  it("keeps the newer of two epochs that look alike in a KID", async () => {
    const at = receiver();
    at.use({ epoch: 257n, base: two, members: both }, 1);
    expect(await fault(at, await seal(await sender(1)), 2)).toBe("forged");
    expect(await fault(at, await seal(await sender(1, 257n, two)), 2)).toBe("opened");
  });
});
