import type { Bytes } from "../bytes";

/** A device's signing key: what a member is known by. The private half never leaves the browser's key store. */
export interface Device {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
  readonly privateKey: CryptoKey;
}

export async function makeDevice(): Promise<Device> {
  const pair = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
    privateKey: pair.privateKey,
  };
}

export async function sign(device: Device, message: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign("Ed25519", device.privateKey, message as Bytes));
}

/** `false` also for a key that is none. */
export async function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey as Bytes, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature as Bytes, message as Bytes);
  } catch {
    return false;
  }
}
