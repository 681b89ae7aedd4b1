/**
 * Who a device belongs to, as the broker says it at sign-in: the MLS credential of every member (a basic credential,
 * RFC 9420 § 5.3, whose identity are these bytes).
 *
 * The format is a JWS in compact serialisation (RFC 7515) signed with Ed25519 (RFC 8037), whose header is always the same
 * bytes: a verifier that reads no algorithm cannot be talked into another one.
 *
 *     base64url(header) "." base64url(payload) "." base64url(signature)
 *     header  = {"typ":"telekonsil-device","alg":"EdDSA"}
 *     payload = {"person": UUID, "name": "Dr. Miriam Falk", "hospital": "Klinikum …" | null,
 *                "role": "referrer" | "specialist" | "coordinator" | "guest", "consult": UUID | null,
 *                "key": base64url(32 bytes), "not_before": ms, "expires": ms}
 *
 * `consult` binds a guest's attestation to the one room. The installation's key comes from the server, and so a server
 * that lies can attest whom it likes: what it cannot do is make the verification words agree.
 */

import { fromBase64Url, toBase64Url } from "../base64url";
import { equalBytes, utf8, type Bytes } from "../bytes";
import { verify } from "./device";

export const HEADER = '{"typ":"telekonsil-device","alg":"EdDSA"}';
/**
 * How far this device's clock may differ from the broker's, in milliseconds. More takes an expired attestation for
 * longer; less shuts out a clinic PC with a bad clock.
 */
export const CLOCK_TOLERANCE = 5 * 60_000;
/** A whole attestation. More makes every Welcome larger; less cuts off long names. */
export const MAX_BYTES = 2048;

export const ROLES = ["referrer", "specialist", "coordinator", "guest"] as const;
export type AttestedRole = (typeof ROLES)[number];

export interface Attestation {
  readonly person: string;
  /** With academic title. */
  readonly name: string;
  readonly hospital: string | undefined;
  readonly role: AttestedRole;
  /** The only room it is good for; any when `undefined`. */
  readonly consult: string | undefined;
  /** The device's Ed25519 key. */
  readonly key: Bytes;
  /** Unix milliseconds. */
  readonly notBefore: number;
  readonly expires: number;
}

export type AttestationFault =
  | "attestation_malformed"
  /** Not signed by this installation. */
  | "attestation_unknown"
  /** Expired, or from the future: a clock is off. */
  | "attestation_not_valid_now"
  /** Of another device. */
  | "attestation_other_key"
  | "attestation_other_consult";

export interface Expected {
  /** The installation's Ed25519 key. */
  readonly authority: Bytes;
  readonly consult: string;
  /** The key that the device signs with. */
  readonly key: Uint8Array;
}

/** What it says, unless something speaks against it. Unix milliseconds. */
export async function checkAttestation(
  bytes: Uint8Array,
  { authority, consult, key }: Expected,
  now: number,
): Promise<Attestation | AttestationFault> {
  const attestation = readAttestation(bytes);
  if (!attestation) return "attestation_malformed";
  const text = new TextDecoder().decode(bytes);
  const dot = text.lastIndexOf(".");
  const signature = fromBase64Url(text.slice(dot + 1)) ?? new Uint8Array(0);
  if (!(await verify(authority, utf8(text.slice(0, dot)), signature))) return "attestation_unknown";
  if (now < attestation.notBefore - CLOCK_TOLERANCE || now >= attestation.expires + CLOCK_TOLERANCE)
    return "attestation_not_valid_now";
  if (!equalBytes(attestation.key, key)) return "attestation_other_key";
  if (attestation.consult !== undefined && attestation.consult !== consult) return "attestation_other_consult";
  return attestation;
}

/** Reads without checking the signature: for what {@link checkAttestation} has let in before. */
export function readAttestation(bytes: Uint8Array): Attestation | undefined {
  if (bytes.length > MAX_BYTES) return undefined;
  try {
    const parts = new TextDecoder("utf-8", { fatal: true }).decode(bytes).split(".");
    const [header, payload] = [fromBase64Url(parts[0] ?? ""), fromBase64Url(parts[1] ?? "")];
    if (parts.length !== 3 || !header || !payload || !equalBytes(header, utf8(HEADER))) return undefined;
    return readPayload(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)));
  } catch {
    return undefined;
  }
}

function readPayload(json: unknown): Attestation | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const { person, name, hospital, role, consult, key, not_before, expires } = json as Record<string, unknown>;
  const bytes = typeof key === "string" ? fromBase64Url(key) : undefined;
  const known = ROLES.find((each) => each === role);
  if (typeof person !== "string" || person === "" || typeof name !== "string" || name === "") return undefined;
  if (!isTextOrNull(hospital) || !isTextOrNull(consult) || !known || bytes?.length !== 32) return undefined;
  if (!Number.isSafeInteger(not_before) || !Number.isSafeInteger(expires)) return undefined;
  // Whoever is no member of the team gets into one room.
  if (known === "guest" && consult === null) return undefined;
  return {
    person,
    name,
    hospital: hospital ?? undefined,
    role: known,
    consult: consult ?? undefined,
    key: bytes,
    notBefore: not_before as number,
    expires: expires as number,
  };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

/** Signs as the broker does: for tests and native peers. `signer` is the installation's private key. */
export async function signAttestation(attestation: Attestation, signer: CryptoKey): Promise<Bytes> {
  const { person, name, hospital, role, consult, key, notBefore, expires } = attestation;
  const payload = JSON.stringify({
    person,
    name,
    hospital: hospital ?? null,
    role,
    consult: consult ?? null,
    key: toBase64Url(key),
    not_before: notBefore,
    expires,
  });
  const signed = `${toBase64Url(utf8(HEADER))}.${toBase64Url(utf8(payload))}`;
  const signature = await crypto.subtle.sign("Ed25519", signer, utf8(signed));
  return utf8(`${signed}.${toBase64Url(new Uint8Array(signature))}`);
}
