/**
 * What a group takes. The library accepts every credential and every sort of commit: this is where ours are checked.
 * A room's commits add and remove members or renew the committer's keys; nothing else.
 */

import type { ClientConfig } from "ts-mls/clientConfig.js";
import type { Credential } from "ts-mls/credential.js";
import { defaultKeyPackageEqualityConfig } from "ts-mls/keyPackageEqualityConfig.js";
import type { ProposalWithSender } from "ts-mls/unappliedProposals.js";
import type { Bytes } from "../bytes";
import { checkAttestation, type Attestation, type AttestationFault } from "./attestation";
import { attestationOf, nameOf, type Member } from "./members";

/** People in a room, `MAX_MEMBERS` of `schemas/src/room.rs`. */
export const MAX_MEMBERS = 8;

export type PolicyFault =
  | AttestationFault
  /** A commit by somebody outside, RFC 9420 § 12.4.3.2. */
  | "external_commit"
  | "forbidden_proposal"
  | "attestation_other_person"
  /** A guest where a member of the team was, or the other way round. */
  | "attestation_other_role"
  /** A guest may renew the own keys only. */
  | "guest_commit"
  | "member_twice"
  | "group_full";

export interface Trust {
  /** The installation's Ed25519 key. */
  readonly authority: Bytes;
  readonly consult: string;
}

/** What a commit would make of the members, or why it is refused. */
export function judgeCommit(
  members: readonly Member[],
  committer: number | undefined,
  proposals: readonly ProposalWithSender[],
): PolicyFault | undefined {
  const author = members.find(({ leaf }) => leaf === committer);
  if (!author) return "external_commit";
  if (author.attestation.role === "guest" && proposals.length > 0) return "guest_commit";
  const removed = new Set<number>();
  const added: string[] = [];
  for (const { proposal, senderLeafIndex } of proposals) {
    if (senderLeafIndex !== committer) return "forbidden_proposal";
    if (proposal.proposalType === "remove") removed.add(proposal.remove.removed);
    else if (proposal.proposalType === "add") {
      const person = attestationOf(proposal.add.keyPackage.leafNode)?.person;
      if (person === undefined) return "attestation_malformed";
      added.push(person);
    } else return "forbidden_proposal";
  }
  return judgePeople([
    ...members.filter(({ leaf }) => !removed.has(leaf)).map(({ attestation }) => attestation.person),
    ...added,
  ]);
}

/** A leaf before and after it was renewed. It may be attested anew, as the same person with the same key, guest or not. */
export function isSameMember(before: Member | undefined, after: Member | undefined): boolean {
  if (!before || !after) return false;
  return nameOf(before) === nameOf(after) && isGuest(before.attestation) === isGuest(after.attestation);
}

/** What speaks against a new attestation of the device that was attested `before`. The others would refuse it too. */
export function judgeReattestation(before: Attestation, after: Attestation): PolicyFault | undefined {
  if (before.person !== after.person) return "attestation_other_person";
  return isGuest(before) === isGuest(after) ? undefined : "attestation_other_role";
}

const isGuest = ({ role }: Attestation): boolean => role === "guest";

/** Each person once, and not too many. */
export function judgePeople(people: readonly string[]): PolicyFault | undefined {
  if (new Set(people).size !== people.length) return "member_twice";
  return people.length > MAX_MEMBERS ? "group_full" : undefined;
}

/** What the library asks, as long as one operation lasts; it says yes or no only, so the reason is kept here. */
export class Policy {
  fault: PolicyFault | undefined;
  /** Whose credential was checked first: at a join that of who adds this member (it signed the GroupInfo). */
  first: Attestation | undefined;
  private now = 0;

  constructor(private readonly trust: Trust) {}

  /** Unix milliseconds of the operation that begins. */
  begin(now: number): void {
    this.now = now;
    this.fault = undefined;
    this.first = undefined;
  }

  async check(credential: Credential, key: Uint8Array): Promise<boolean> {
    const identity = credential.credentialType === "basic" ? credential.identity : new Uint8Array(0);
    const checked = await checkAttestation(identity, { ...this.trust, key }, this.now);
    if (typeof checked !== "string") {
      this.first ??= checked;
      return true;
    }
    this.fault = checked;
    return false;
  }

  readonly config: ClientConfig = {
    authService: { validateCredential: (credential, key) => this.check(credential, key) },
    // The attestation's validity is what counts; the library would ask the device's clock.
    lifetimeConfig: { maximumTotalLifetime: 0n, validateLifetimeOnReceive: false },
    keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
    keyRetentionConfig: {
      // Messages of one sender that may overtake one another: the server's snapshot has them in the order of their keys,
      // and a hundred of them twice over a reload. More keeps keys longer; less loses them.
      retainKeysForGenerations: 512,
      // Epochs whose chat is still read. More keeps keys longer; less loses lines that crossed a commit.
      retainKeysForEpochs: 2,
      // Messages that one sender may have lost in a row. More lets a member make the others compute; less loses a sender.
      maximumForwardRatchetSteps: 512,
    },
    // Lines of chat all look alike up to this length in bytes; more costs traffic.
    paddingConfig: { kind: "padUntilLength", padUntilLength: 256 },
  };
}
