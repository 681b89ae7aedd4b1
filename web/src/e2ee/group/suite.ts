/**
 * MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 (0x0001, RFC 9420 § 17.1) on WebCrypto, composed from the parts that
 * `ts-mls` uses itself: its own provider would bring every other suite along, and keeps signing keys in the open.
 */

import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js";
import { makeHashImpl } from "ts-mls/crypto/implementation/default/makeHashImpl.js";
import { makeKdfImpl } from "ts-mls/crypto/implementation/default/makeKdfImpl.js";
import { makeGenericHpke } from "ts-mls/crypto/implementation/hpke.js";
import type { Bytes } from "../bytes";
import { sign, verify, type Device } from "./device";

export const SUITE = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";

/** What the library takes for the private signing key: the real one it never gets. */
export const SIGN_KEY_HANDLE: Uint8Array = new Uint8Array(1);

export async function suiteOf(device: Device): Promise<CiphersuiteImpl> {
  const algorithms = { kem: "DHKEM-X25519-HKDF-SHA256", kdf: "HKDF-SHA256", aead: "AES128GCM" } as const;
  const hpke = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  });
  return {
    name: SUITE,
    hash: makeHashImpl(crypto.subtle, "SHA-256"),
    kdf: makeKdfImpl(new HkdfSha256()),
    hpke: await makeGenericHpke(algorithms, aead, hpke),
    rng: { randomBytes: (n) => crypto.getRandomValues(new Uint8Array(n)) },
    signature: {
      sign: (_handle, message) => sign(device, message),
      verify,
      keygen: () => Promise.reject(new Error("a device has one signing key")),
    },
  };
}

const aead = {
  async encrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
    const cipher = await aesKey(key, "encrypt");
    return new Uint8Array(await crypto.subtle.encrypt(gcm(nonce, aad), cipher, plaintext as Bytes));
  },
  async decrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
    const cipher = await aesKey(key, "decrypt");
    return new Uint8Array(await crypto.subtle.decrypt(gcm(nonce, aad), cipher, sealed as Bytes));
  },
};

function aesKey(raw: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw as Bytes, "AES-GCM", false, [use]);
}

function gcm(nonce: Uint8Array, aad: Uint8Array): AesGcmParams {
  return { name: "AES-GCM", iv: nonce as Bytes, additionalData: aad as Bytes };
}
