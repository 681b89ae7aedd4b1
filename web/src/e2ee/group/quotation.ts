/**
 * What somebody said, so that it can be checked after they have left: an application message of MLS opens in its epoch
 * alone, and its signature goes with it. The author signs text and place once more with the device key; whoever passes it
 * on to those who come later passes the signature on as well.
 */

import { concat, utf8, type Bytes } from "../bytes";
import { checkAttestation, readAttestation, type Attestation, type AttestationFault } from "./attestation";
import { sign, verify } from "./device";
import type { Identity } from "./keyPackage";
import type { Trust } from "./policy";

/** Parts it from what MLS signs with the same key, which begins with the length of a label. */
const LABEL = "Telekonsil 1.0 quotation";
/** Ed25519. */
const SIGNATURE_BYTES = 64;

export interface Quotation {
  /** The author's, as the broker gave it. */
  readonly attestation: Bytes;
  /** The envelope's key, as `chat/3`. */
  readonly key: string;
  readonly payload: Bytes;
  readonly signature: Bytes;
}

export async function quote(identity: Identity, consult: string, key: string, payload: Bytes): Promise<Quotation> {
  const signature = await sign(identity.device, content(consult, key, payload));
  return { attestation: identity.attestation, key, payload, signature };
}

/** What a quotation is refused for. */
export type QuotationFault = AttestationFault | "quotation_malformed" | "quotation_forged";

/** Who said it, or why it counts for nothing. Unix milliseconds. */
export async function checkQuotation(
  { attestation, key, payload, signature }: Quotation,
  trust: Trust,
  now: number,
): Promise<Attestation | QuotationFault> {
  const claimed = readAttestation(attestation);
  if (!claimed) return "attestation_malformed";
  const author = await checkAttestation(attestation, { ...trust, key: claimed.key }, now);
  if (typeof author === "string") return author;
  const isSigned = await verify(author.key, content(trust.consult, key, payload), signature);
  return isSigned ? author : "quotation_forged";
}

/** Length of the attestation (16 bits), attestation, signature, payload; the key stands beside it. */
export function encodeQuotation({ attestation, signature, payload }: Quotation): Bytes {
  return concat(Uint8Array.of(attestation.length >> 8, attestation.length & 0xff), attestation, signature, payload);
}

/** `undefined` when it is cut off. */
export function decodeQuotation(key: string, bytes: Bytes): Quotation | undefined {
  const at = 2 + (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0));
  if (bytes.length < at + SIGNATURE_BYTES) return undefined;
  const [attestation, signature] = [bytes.slice(2, at), bytes.slice(at, at + SIGNATURE_BYTES)];
  return { attestation, key, signature, payload: bytes.slice(at + SIGNATURE_BYTES) };
}

/** Every part with its length before it, so that nothing moves from one to the next. */
function content(consult: string, key: string, payload: Bytes): Bytes {
  const parts = [utf8(consult), utf8(key), payload].flatMap((part) => {
    const length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, part.length);
    return [new Uint8Array(length.buffer), part];
  });
  return concat(utf8(LABEL), ...parts);
}
