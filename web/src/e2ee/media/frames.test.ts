import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Bytes } from "../bytes";
import { importBaseKey } from "../sframe/cipher";
import { Receiver } from "../sframe/receiver";
import { Sender } from "../sframe/sender";
import { clearBytes, codecOf, type Codec } from "./clear";
import { FrameOpener, FrameSealer } from "./frames";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const [base, other] = await Promise.all([7, 8].map((fill) => importBaseKey(new Uint8Array(16).fill(fill))));
if (!base || !other) throw new Error();
const members = new Map([
  [0, "anna"],
  [1, "ben"],
]);

const required = { isLifted: false, isHeld: false };
const lifted = { isLifted: true, isHeld: false };

async function sealer(leaf = 1, key = base): Promise<FrameSealer> {
  const sender = new Sender((bytes) => void crypto.getRandomValues(bytes));
  if (key) await sender.use({ epoch: 1n, leaf, base: key });
  return new FrameSealer(sender, required);
}

function opener(leaf: number | undefined = 1, mode = required): FrameOpener {
  const receiver = new Receiver();
  if (base) receiver.use({ epoch: 1n, members, base }, 0);
  const made = new FrameOpener(receiver, mode, { wait: () => Promise.resolve() });
  made.expect(leaf);
  return made;
}

/** A frame of `length` bytes, of which VP8's first says whether it is a key frame. */
function frame(length: number, isKey = true): Bytes {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + 11) & 0xff);
  if (length > 0) bytes[0] = ((bytes[0] ?? 0) & 0xfe) | (isKey ? 0 : 1);
  return bytes;
}

async function sealed(codec: Codec, bytes: Bytes, by?: FrameSealer): Promise<Bytes> {
  const result = await (by ?? (await sealer())).seal(codec, bytes);
  if (!result) throw new Error("dropped");
  return result;
}

describe("a frame", () => {
  it("comes back as it was, whatever the codec and however long", async () => {
    const codec = fc.constantFrom<Codec>("vp8", "vp9", "opus");
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(codec, bytes, async (codec, bytes) => {
        const out = await (await sealer()).seal(codec, bytes as Bytes);
        const length = clearBytes(codec, bytes);
        if (length === undefined) {
          expect(out).toBeUndefined();
          return;
        }
        expect(out?.slice(0, length)).toEqual(bytes.slice(0, length));
        expect(await opener().open(codec, out as Bytes, 1)).toEqual(bytes);
      }),
    );
  });

  it.each([
    ["vp8", true, 10],
    ["vp8", false, 3],
    ["vp9", true, 0],
    ["opus", false, 0],
  ] as const)("of %s (key frame: %s) stays readable for %i bytes and no further", async (codec, isKey, clear) => {
    const bytes = frame(200, isKey);
    const out = await sealed(codec, bytes);
    expect(clearBytes(codec, out)).toBe(clear);
    expect(out.slice(0, clear)).toEqual(bytes.slice(0, clear));
    // No eight bytes of what follows are anywhere in what leaves.
    const text = String(out);
    for (let i = clear; i + 8 <= bytes.length; i += 1) expect(text).not.toContain(String(bytes.slice(i, i + 8)));
  });

  it("of silence is one byte or two and is sealed like any other", async () => {
    for (const length of [1, 2]) {
      const out = await sealed("opus", frame(length));
      expect(await opener().open("opus", out, 1)).toEqual(frame(length));
    }
  });

  it("is refused when what is readable of it was changed", async () => {
    const out = await sealed("vp8", frame(100));
    for (let i = 0; i < 10; i += 1) {
      const changed = out.slice();
      changed[i] = (changed[i] ?? 0) ^ 2;
      expect(await opener().open("vp8", changed, 1)).toBe("forged");
    }
    const delta = out.slice();
    delta[0] = (delta[0] ?? 0) ^ 1;
    expect(typeof (await opener().open("vp8", delta, 1))).toBe("string");
  });

  it("of sound is not taken for one of a picture", async () => {
    expect(await opener().open("vp9", await sealed("opus", frame(50)), 1)).toBe("forged");
  });
});

describe("a sealer", () => {
  it("passes nothing on that is not sealed, and counts it", async () => {
    const keyless = new FrameSealer(new Sender(() => undefined), required);
    expect(await keyless.seal("opus", frame(50))).toBeUndefined();
    expect(await keyless.seal(codecOf("video/H264"), frame(50))).toBeUndefined();
    expect(await keyless.seal("opus", frame(0))).toBeUndefined();
    expect(await keyless.seal("vp8", frame(9))).toBeUndefined();
    expect(keyless.snapshot()).toEqual({ sealed: 0, plain: 0, noKey: 1, otherCodec: 1, tooShort: 2 });
  });

  it("goes on as soon as it has a key, and stops when it has none any more", async () => {
    const sender = new Sender((bytes) => void crypto.getRandomValues(bytes));
    const made = new FrameSealer(sender, required);
    expect(await made.seal("opus", frame(5))).toBeUndefined();
    if (base) await sender.use({ epoch: 1n, leaf: 1, base });
    expect(await made.seal("opus", frame(5))).toBeDefined();
    sender.stop();
    expect(await made.seal("opus", frame(5))).toBeUndefined();
    expect(made.snapshot()).toMatchObject({ sealed: 1, noKey: 2 });
  });
});

describe("an opener", () => {
  it("shows the frames of the one member whose tile it is", async () => {
    const tile = opener(0);
    expect(await tile.open("opus", await sealed("opus", frame(20), await sealer(1)), 1)).toBe("other_leaf");
    expect(await tile.open("opus", await sealed("opus", frame(20), await sealer(0)), 1)).toEqual(frame(20));
    tile.expect(undefined);
    expect(await tile.open("opus", await sealed("opus", frame(20), await sealer(0)), 1)).toBe("other_leaf");
    expect(tile.snapshot()).toEqual({ opened: 1, plain: 0, faults: { other_leaf: 2 } });
  });

  it("shows nothing sealed with another key, or not sealed at all, and recovers", async () => {
    const tile = opener();
    expect(await tile.open("opus", await sealed("opus", frame(20), await sealer(1, other)), 1)).toBe("forged");
    for (let length = 0; length < 60; length += 1) {
      expect(typeof (await tile.open("vp8", frame(length), 1))).toBe("string");
      expect(typeof (await tile.open("opus", frame(length), 1))).toBe("string");
    }
    expect(await tile.open(codecOf("video/AV1"), frame(50), 1)).toBe("other_codec");
    expect(await tile.open("opus", await sealed("opus", frame(20)), 1)).toEqual(frame(20));
  });

  it("refuses a frame that was shown before", async () => {
    const [tile, out] = [opener(), await sealed("vp8", frame(90))];
    expect(await tile.open("vp8", out, 1)).toEqual(frame(90));
    expect(await tile.open("vp8", out, 1)).toBe("replayed");
  });
});

describe("a room without encryption", () => {
  it("lets frames out as they are, of any codec", async () => {
    const made = new FrameSealer(new Sender(() => undefined), lifted);
    expect(await made.seal("vp8", frame(50))).toEqual(frame(50));
    expect(await made.seal(codecOf("video/H264"), frame(50))).toEqual(frame(50));
    expect(made.snapshot()).toMatchObject({ sealed: 0, plain: 2 });
  });

  it("shows frames that nobody sealed, and those that were sealed before for their tile alone", async () => {
    const [tile, others] = [opener(1, lifted), opener(0, lifted)];
    const out = await sealed("vp8", frame(90));
    expect(await others.open("vp8", out, 1)).toBe("other_leaf");
    expect(await tile.open("vp8", await sealed("vp8", frame(90)), 1)).toEqual(frame(90));
    expect(await tile.open("vp8", frame(80), 1)).toEqual(frame(80));
    expect(tile.snapshot()).toEqual({ opened: 1, plain: 1, faults: {} });
  });
});
