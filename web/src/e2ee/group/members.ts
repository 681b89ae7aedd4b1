/** Who is in a ratchet tree. */

import type { KeyPackage } from "ts-mls/keyPackage.js";
import type { LeafNode } from "ts-mls/leafNode.js";
import type { RatchetTree } from "ts-mls/ratchetTree.js";
import { toHex } from "../bytes";
import { readAttestation, type Attestation } from "./attestation";

export interface Member {
  readonly leaf: number;
  readonly attestation: Attestation;
  /** The device's signing key in hexadecimal: what a check of the verification words sticks to. */
  readonly key: string;
}

/** Who somebody is for the keys of an epoch: the person with this very device. */
export function nameOf({ attestation, key }: Member): string {
  return `${key};${attestation.person}`;
}

/** In the order of the leaves. A leaf whose credential cannot be read is left out. */
export function membersOf(tree: RatchetTree): Member[] {
  return tree.flatMap((node, at) => {
    const member = node?.nodeType === "leaf" ? memberOf(node.leaf, at / 2) : undefined;
    return member ? [member] : [];
  });
}

export function memberOf(leaf: LeafNode, at: number): Member | undefined {
  const attestation = attestationOf(leaf);
  return attestation && { leaf: at, attestation, key: toHex(leaf.signaturePublicKey) };
}

export function attestationOf(leaf: KeyPackage["leafNode"] | LeafNode): Attestation | undefined {
  return leaf.credential.credentialType === "basic" ? readAttestation(leaf.credential.identity) : undefined;
}
