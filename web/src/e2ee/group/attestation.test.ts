import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { fromBase64Url, toBase64Url } from "../base64url";
import { utf8, type Bytes } from "../bytes";
import { checkAttestation, CLOCK_TOLERANCE, MAX_BYTES, readAttestation, type Attestation } from "./attestation";
import { makeDevice } from "./device";
import { attestationOf, CONSULT, Installation, NOW } from "./fixture";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const [ours, theirs, device] = await Promise.all([Installation.make(), Installation.make(), makeDevice()]);
const valid = attestationOf("anna", device.publicKey);
const expected = { ...ours.trust, key: device.publicKey };

async function check(as: Partial<Attestation> = {}, now = NOW, by = ours): Promise<unknown> {
  return checkAttestation(await by.attest({ ...valid, ...as }), expected, now);
}

describe("an attestation", () => {
  it("tells who a device belongs to", async () => {
    expect(await check()).toEqual(valid);
    expect(await check({ hospital: undefined, role: "guest", consult: CONSULT })).toMatchObject({ role: "guest" });
  });

  it("is refused when another installation signed it, or nobody", async () => {
    expect(await check({}, NOW, theirs)).toBe("attestation_unknown");
    const bytes = await ours.attest(valid);
    const unsigned = utf8(new TextDecoder().decode(bytes).replace(/[^.]*$/, ""));
    expect(await checkAttestation(unsigned, expected, NOW)).toBe("attestation_unknown");
  });

  it("is refused when any byte of it was changed", async () => {
    const bytes = await ours.attest(valid);
    for (let i = 0; i < bytes.length; i += 1) {
      const changed = bytes.slice();
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(await checkAttestation(changed, expected, NOW)).toBeTypeOf("string");
    }
  });

  it("holds for its time, with some tolerance for clocks that are off", async () => {
    expect(await check({}, valid.expires + CLOCK_TOLERANCE - 1)).toEqual(valid);
    expect(await check({}, valid.expires + CLOCK_TOLERANCE)).toBe("attestation_not_valid_now");
    expect(await check({}, valid.notBefore - CLOCK_TOLERANCE)).toEqual(valid);
    expect(await check({}, valid.notBefore - CLOCK_TOLERANCE - 1)).toBe("attestation_not_valid_now");
  });

  it("belongs to one device, and a guest's to one consult", async () => {
    expect(await check({ key: (await makeDevice()).publicKey })).toBe("attestation_other_key");
    expect(await check({ role: "guest", consult: "another" })).toBe("attestation_other_consult");
    expect(await check({ role: "guest", consult: undefined })).toBe("attestation_malformed");
  });

  it("takes no other header: nobody chooses the algorithm", async () => {
    const [, payload, signature] = new TextDecoder().decode(await ours.attest(valid)).split(".");
    for (const header of ['{"alg":"none","typ":"telekonsil-device"}', '{"alg":"HS256"}', "{}"]) {
      const bytes = utf8(`${toBase64Url(utf8(header))}.${payload}.${signature}`);
      expect(await checkAttestation(bytes, expected, NOW)).toBe("attestation_malformed");
    }
  });

  it("is nothing when it is any bytes, any JSON, or too long", async () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => readAttestation(bytes) === undefined));
    const header = toBase64Url(utf8('{"alg":"EdDSA","typ":"telekonsil-device"}'));
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(readAttestation(utf8(`${header}.${toBase64Url(utf8(json))}.AAAA`))).toBeUndefined();
      }),
    );
    expect(await check({ name: "x".repeat(MAX_BYTES) })).toBe("attestation_malformed");
  });
});

describe("base64url", () => {
  it("has one text for some bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
    for (const text of ["A", "AB", "A=", "A+==", "AAAAA", "é"]) expect(fromBase64Url(text)).toBeUndefined();
    expect(fromBase64Url("AA")).toEqual(new Uint8Array(1) as Bytes);
  });
});
