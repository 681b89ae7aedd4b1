import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { utf8, type Bytes } from "../bytes";
import { importBaseKey } from "../sframe/cipher";
import { Receiver } from "../sframe/receiver";
import { Sender } from "../sframe/sender";
import { OVERHEAD, openValue, sealValue, type Place } from "./sealed";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const base = await importBaseKey(new Uint8Array(16).fill(3));
const place = fc.record<Place>({
  channel: fc.constantFrom("state", "pointer"),
  kind: fc.constantFrom("put", "ephemeral"),
  key: fc.constantFrom("vp/0", "vp/1", "ann/1.2.3", "put;vp/0", ""),
});

async function sender(): Promise<Sender> {
  const made = new Sender((bytes) => void crypto.getRandomValues(bytes));
  await made.use({ epoch: 3n, leaf: 2, base });
  return made;
}

function receiver(): Receiver {
  const made = new Receiver();
  made.use({ epoch: 3n, base, members: new Map([[2, "anna"]]) }, 0);
  return made;
}

describe("a value on a data channel", () => {
  it("opens at the place that it was sealed for and at no other, and tells who sealed it", async () => {
    await fc.assert(
      fc.asyncProperty(place, place, fc.uint8Array({ maxLength: 100 }), async (from, to, payload) => {
        const sealed = (await sealValue(await sender(), from, payload as Bytes)) as Bytes;
        expect(sealed.length).toBeLessThanOrEqual(payload.length + OVERHEAD);
        const isSame = from.channel === to.channel && from.kind === to.kind && from.key === to.key;
        const opened = await openValue(receiver(), to, sealed, 1);
        const whole = { ok: true, leaf: 2, member: "anna", plaintext: payload };
        expect(opened).toEqual(isSame ? whole : { ok: false, fault: "forged" });
      }),
    );
  });

  it("is not sent without a key", async () => {
    const keyless = new Sender(() => undefined);
    expect(await sealValue(keyless, { channel: "state", kind: "put", key: "vp/0" }, utf8("x"))).toBeUndefined();
  });
});
