/** An installation and its people, for tests. */

import { toHex, utf8, type Bytes } from "../bytes";
import { signAttestation, type Attestation } from "./attestation";
import { makeDevice } from "./device";
import { Group, type Refused, type Staged } from "./group";
import { checkKeyPackage, makeKeyPackage, type Candidate, type Identity, type OwnKeyPackage } from "./keyPackage";
import type { Trust } from "./policy";
import { suiteOf } from "./suite";

export const CONSULT = "018f2c5e-0000-7000-8000-000000000001";
export const GROUP = utf8(`${CONSULT}:1`);
/** The library asks the real clock whether a key package that it adds is good now. */
export const NOW = Date.now();
const DAY = 24 * 3_600_000;

export class Installation {
  private constructor(
    private readonly keys: CryptoKeyPair,
    readonly trust: Trust,
  ) {}

  static async make(): Promise<Installation> {
    const keys = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
    const authority = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
    return new Installation(keys, { authority, consult: CONSULT });
  }

  attest(attestation: Attestation): Promise<Bytes> {
    return signAttestation(attestation, this.keys.privateKey);
  }

  /** Somebody with a device of their own. */
  async identity(person: string, as: Partial<Attestation> = {}): Promise<Identity> {
    const device = await makeDevice();
    return { device, attestation: await this.attest({ ...attestationOf(person, device.publicKey), ...as }) };
  }
}

export function attestationOf(person: string, key: Bytes): Attestation {
  return {
    person,
    name: `Dr. ${person}`,
    hospital: "Klinikum Nord",
    role: "specialist",
    consult: undefined,
    key,
    notBefore: NOW,
    expires: NOW + DAY,
  };
}

/** A member under test: an identity with what it published, and its group. */
export interface Peer {
  readonly identity: Identity;
  readonly own: OwnKeyPackage;
  readonly group: Group;
}

export async function founder(installation: Installation, person: string): Promise<Peer> {
  const identity = await installation.identity(person);
  const own = await makeKeyPackage(identity, NOW);
  return { identity, own, group: await Group.create(identity, own, GROUP, installation.trust) };
}

export async function candidate(trust: Trust, identity: Identity, own: OwnKeyPackage): Promise<Candidate> {
  const checked = await checkKeyPackage(own.message, trust, await suiteOf(identity.device), NOW);
  if (typeof checked === "string") throw new Error(checked);
  return checked;
}

/** `by` adds somebody; everybody of `others` follows. */
export async function add(
  installation: Installation,
  by: Peer,
  others: readonly Peer[],
  person: string,
  as: Partial<Attestation> = {},
): Promise<Peer> {
  const identity = await installation.identity(person, as);
  const own = await makeKeyPackage(identity, NOW);
  const add = [await candidate(installation.trust, identity, own)];
  const { commit, welcome } = staged(await by.group.stage({ add, remove: [] }, NOW));
  await by.group.adopt();
  for (const other of others) await other.group.follow(commit, NOW);
  const group = joined(await Group.join(identity, own, welcome ?? utf8(""), GROUP, installation.trust, NOW));
  return { identity, own, group };
}

/** A founder and the others, all in one epoch. */
export async function room(installation: Installation, people: readonly string[]): Promise<Peer[]> {
  const peers = [await founder(installation, people[0] ?? "anna")];
  const first = peers[0] as Peer;
  for (const person of people.slice(1)) peers.push(await add(installation, first, peers.slice(1), person));
  return peers;
}

export function staged(result: Staged | Refused): Staged {
  if (result.kind === "refused") throw new Error(result.fault);
  return result;
}

export function joined(result: Group | Refused): Group {
  if (!(result instanceof Group)) throw new Error(result.fault);
  return result;
}

/** What only those who are in the same epoch have in common. */
export function shared(group: Group): string {
  return `${group.epoch}:${toHex(group.authenticator())}`;
}
