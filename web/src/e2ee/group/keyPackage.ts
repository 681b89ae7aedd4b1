import { decodeMlsMessage, encodeMlsMessage } from "ts-mls/message.js";
import { generateKeyPackageWithKey, makeKeyPackageRef, verifyKeyPackage } from "ts-mls/keyPackage.js";
import type { KeyPackage, PrivateKeyPackage } from "ts-mls/keyPackage.js";
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js";
import { toHex, type Bytes } from "../bytes";
import { checkAttestation, type Attestation, type AttestationFault } from "./attestation";
import type { Device } from "./device";
import type { Trust } from "./policy";
import { SIGN_KEY_HANDLE, SUITE, suiteOf } from "./suite";

/** How long a key package is good before and after it was made, in milliseconds: a day for clocks that are off. The
 * attestation is what limits it; `openmls` refuses packages without an end. */
const LIFETIME = 24 * 3_600_000;

/** Who this device is. */
export interface Identity {
  readonly device: Device;
  /** As the broker gave it. */
  readonly attestation: Bytes;
}

/** With its private half; good for one join. */
export interface OwnKeyPackage {
  /** The MLS message to publish. */
  readonly message: Bytes;
  readonly public: KeyPackage;
  readonly private: PrivateKeyPackage;
}

/** Somebody who wants to be added. */
export interface Candidate {
  readonly keyPackage: KeyPackage;
  readonly attestation: Attestation;
  /** The device's signing key in hexadecimal. */
  readonly key: string;
  /** RFC 9420 § 5.2, in hexadecimal: names this very package. */
  readonly ref: string;
}

export type CandidateFault = AttestationFault | "key_package_malformed" | "key_package_forged";

export async function makeKeyPackage({ device, attestation }: Identity, now: number): Promise<OwnKeyPackage> {
  const suite = await suiteOf(device);
  const seconds = (ms: number) => BigInt(Math.floor(ms / 1000));
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    { credentialType: "basic", identity: attestation },
    { versions: ["mls10"], ciphersuites: [SUITE], extensions: [], proposals: [], credentials: ["basic"] },
    { notBefore: seconds(now - LIFETIME), notAfter: seconds(now + LIFETIME) },
    [],
    { signKey: SIGN_KEY_HANDLE, publicKey: device.publicKey },
    suite,
  );
  const message = encodeMlsMessage({ version: "mls10", wireformat: "mls_key_package", keyPackage: publicPackage });
  return { message: message as Bytes, public: publicPackage, private: privatePackage };
}

/** Reads somebody's key package and checks who it belongs to. */
export async function checkKeyPackage(
  message: Bytes,
  trust: Trust,
  suite: CiphersuiteImpl,
  now: number,
): Promise<Candidate | CandidateFault> {
  const keyPackage = decodeKeyPackage(message);
  if (!keyPackage || keyPackage.cipherSuite !== SUITE) return "key_package_malformed";
  const { credential, signaturePublicKey: key } = keyPackage.leafNode;
  if (credential.credentialType !== "basic") return "attestation_malformed";
  const attestation = await checkAttestation(credential.identity, { ...trust, key }, now);
  if (typeof attestation === "string") return attestation;
  if (!(await verifyKeyPackage(keyPackage, suite.signature))) return "key_package_forged";
  return { keyPackage, attestation, key: toHex(key), ref: toHex(await makeKeyPackageRef(keyPackage, suite.hash)) };
}

function decodeKeyPackage(message: Bytes): KeyPackage | undefined {
  const decoded = decodeExactly(message);
  return decoded?.wireformat === "mls_key_package" ? decoded.keyPackage : undefined;
}

/** An MLS message and nothing behind it. */
export function decodeExactly(
  bytes: Bytes,
): ReturnType<typeof decodeMlsMessage> extends infer R
  ? R extends [infer Message, number]
    ? Message | undefined
    : never
  : never {
  try {
    const decoded = decodeMlsMessage(bytes, 0);
    return decoded && decoded[1] === bytes.length ? decoded[0] : undefined;
  } catch {
    return undefined;
  }
}
