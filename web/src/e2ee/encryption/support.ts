/** What a browser needs to take part in an encrypted room. */

import { hasEncodedStreams, hasScriptTransform } from "../media/mediaWorker";

export type EncryptionGap =
  /** Neither `RTCRtpScriptTransform` nor `createEncodedStreams`. */
  | "transform"
  | "worker"
  /** WebCrypto is missing: no secure context. */
  | "crypto"
  | "ed25519"
  | "x25519";

let asked: Promise<readonly EncryptionGap[]> | undefined;

/** What this browser lacks; asked once in a page's life. */
export function encryptionGaps(): Promise<readonly EncryptionGap[]> {
  return (asked ??= findGaps());
}

export async function findGaps(): Promise<EncryptionGap[]> {
  const gaps: EncryptionGap[] = [];
  if (!hasScriptTransform() && !hasEncodedStreams()) gaps.push("transform");
  if (!("Worker" in globalThis)) gaps.push("worker");
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return [...gaps, "crypto"];
  const makes = (name: string, usages: KeyUsage[]) =>
    subtle.generateKey({ name }, false, usages).then(
      () => true,
      () => false,
    );
  if (!(await makes("Ed25519", ["sign", "verify"]))) gaps.push("ed25519");
  if (!(await makes("X25519", ["deriveBits"]))) gaps.push("x25519");
  return gaps;
}
