/** SFrame's key derivation and cipher, RFC 9605 § 4.4, for AES_128_GCM_SHA256_128 alone. */

import { concat, utf8, type Bytes } from "../bytes";

/** AES_128_GCM_SHA256_128 (§ 8.1). Suite 5 costs more and protects nothing more here, since MLS has 128 bits too. */
export const SUITE = 0x0004;
/** Bytes of the base key, which the MLS exporter gives (§ 5.2: Nk of the suite). */
export const BASE_KEY_BYTES = 16;
export const TAG_BYTES = 16;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;

/** A base key that neither page nor worker can read any more; it may be posted to a worker. */
export type BaseKey = CryptoKey;

/** What one sender seals with in one epoch. */
export interface SframeKey {
  readonly kid: bigint;
  readonly key: CryptoKey;
  readonly salt: Bytes;
}

/** Takes the bytes over and wipes them. */
export async function importBaseKey(bytes: Bytes): Promise<BaseKey> {
  const key = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits", "deriveKey"]);
  bytes.fill(0);
  return key;
}

export async function deriveSframeKey(base: BaseKey, kid: bigint): Promise<SframeKey> {
  const use = { name: "AES-GCM", length: KEY_BYTES * 8 };
  const [key, salt] = await Promise.all([
    crypto.subtle.deriveKey(hkdf("key", kid), base, use, false, ["encrypt", "decrypt"]),
    crypto.subtle.deriveBits(hkdf("salt", kid), base, NONCE_BYTES * 8),
  ]);
  return { kid, key, salt: new Uint8Array(salt) };
}

/** HKDF-Extract with an empty salt, HKDF-Expand with the label of § 4.4.2. */
export function hkdf(usage: "key" | "salt", kid: bigint): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: label(usage, kid) };
}

export function label(usage: "key" | "salt", kid: bigint): Bytes {
  const tail = new DataView(new ArrayBuffer(10));
  tail.setBigUint64(0, kid);
  tail.setUint16(8, SUITE);
  return concat(utf8(`SFrame 1.0 Secret ${usage} `), new Uint8Array(tail.buffer));
}

/** Ciphertext and tag, without the header. The caller answers for `ctr` being used once. */
export async function encrypt(key: SframeKey, ctr: bigint, aad: Bytes, plaintext: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt(gcm(key, ctr, aad), key.key, plaintext));
}

/** `undefined` when key, counter, associated data and ciphertext do not belong together. */
export async function decrypt(key: SframeKey, ctr: bigint, aad: Bytes, sealed: Bytes): Promise<Bytes | undefined> {
  if (sealed.length < TAG_BYTES) return undefined;
  try {
    return new Uint8Array(await crypto.subtle.decrypt(gcm(key, ctr, aad), key.key, sealed));
  } catch {
    return undefined;
  }
}

function gcm(key: SframeKey, ctr: bigint, aad: Bytes): AesGcmParams {
  return { name: "AES-GCM", iv: nonce(key.salt, ctr), additionalData: aad, tagLength: TAG_BYTES * 8 };
}

/** The counter, big-endian and padded to the nonce's length, over the salt. */
export function nonce(salt: Bytes, ctr: bigint): Bytes {
  const bytes = salt.slice();
  for (let i = bytes.length - 1, rest = ctr; rest > 0n; i -= 1, rest >>= 8n) {
    bytes[i] = (bytes[i] ?? 0) ^ Number(rest & 0xffn);
  }
  return bytes;
}
