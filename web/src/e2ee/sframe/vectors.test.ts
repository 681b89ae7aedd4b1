import { describe, expect, it } from "vitest";
import { concat, fromHex, toHex } from "../bytes";
import { decrypt, deriveSframeKey, encrypt, hkdf, importBaseKey, label, nonce, SUITE } from "./cipher";
import { decodeHeader, encodeHeader } from "./header";
import text from "./rfc9605.vectors.json?raw";

/**
 * RFC 9605, appendix C, as the crate `sframe` 2.1.0 (MIT or Apache-2.0) carries them: `src/test_vectors/test-vectors.json`,
 * unchanged. Of the suites only ours is run; the headers are the same for all.
 */
interface Vectors {
  readonly header: readonly { kid: string; ctr: string; encoded: string }[];
  readonly sframe: readonly Readonly<Record<string, string>>[];
}
// As strings: numbers up to 2^64 are not exact as JavaScript reads them.
const vectors = JSON.parse(text.replace(/: *(\d+)/g, ':"$1"')) as Vectors;
const suite = vectors.sframe.filter(({ cipher_suite }) => cipher_suite === String(SUITE));

describe("the vectors of RFC 9605", () => {
  it("are all there", () => {
    expect([vectors.header.length, suite.length]).toEqual([289, 1]);
  });

  it.each(vectors.header)("header of KID $kid and CTR $ctr is $encoded", ({ kid, ctr, encoded }) => {
    expect(toHex(encodeHeader(BigInt(kid), BigInt(ctr)))).toBe(encoded);
    expect(decodeHeader(fromHex(encoded))).toEqual({ kid: BigInt(kid), ctr: BigInt(ctr), length: encoded.length / 2 });
  });

  it.each(suite)("derives, seals and opens with suite $cipher_suite", async (vector) => {
    const of = (name: string) => vector[name] ?? "";
    const [kid, ctr] = [BigInt(of("kid")), BigInt(of("ctr"))];
    expect(toHex(label("key", kid))).toBe(of("sframe_key_label"));
    expect(toHex(label("salt", kid))).toBe(of("sframe_salt_label"));
    const readable = await crypto.subtle.importKey("raw", fromHex(of("base_key")), "HKDF", false, ["deriveBits"]);
    expect(toHex(new Uint8Array(await crypto.subtle.deriveBits(hkdf("key", kid), readable, 128)))).toBe(
      of("sframe_key"),
    );

    const key = await deriveSframeKey(await importBaseKey(fromHex(of("base_key"))), kid);
    expect(toHex(key.salt)).toBe(of("sframe_salt"));
    expect(toHex(nonce(key.salt, ctr))).toBe(of("nonce"));
    const header = encodeHeader(kid, ctr);
    const aad = concat(header, fromHex(of("metadata")));
    expect(toHex(aad)).toBe(of("aad"));
    const sealed = await encrypt(key, ctr, aad, fromHex(of("pt")));
    expect(toHex(concat(header, sealed))).toBe(of("ct"));
    expect(await decrypt(key, ctr, aad, sealed)).toEqual(fromHex(of("pt")));
  });
});
