/**
 * One member's end of a consult's MLS group (RFC 9420), over `ts-mls`.
 *
 * Invariants: a commit of one's own counts only after the delivery service took it ({@link Group.adopt}); what an epoch
 * leaves behind is wiped; nobody is a member whose attestation was not checked, and nobody twice.
 *
 * Every operation waits for the one before: each of them replaces the state that the next one needs.
 */

import { createGroup, joinGroup, type ClientState } from "ts-mls/clientState.js";
import { createCommit } from "ts-mls/createCommit.js";
import { createApplicationMessage } from "ts-mls/createMessage.js";
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js";
import { mlsExporter } from "ts-mls/keySchedule.js";
import { encodeMlsMessage } from "ts-mls/message.js";
import { unprotectPrivateMessage } from "ts-mls/messageProtection.js";
import type { PrivateMessage } from "ts-mls/privateMessage.js";
import { processPrivateMessage } from "ts-mls/processMessages.js";
import { emptyPskIndex } from "ts-mls/pskIndex.js";
import { equalBytes, utf8, type Bytes } from "../bytes";
import { BASE_KEY_BYTES, importBaseKey, type BaseKey } from "../sframe/cipher";
import { decodeExactly, type Candidate, type Identity, type OwnKeyPackage } from "./keyPackage";
import { membersOf, type Member } from "./members";
import { isSameMember, judgeCommit, judgePeople, Policy, type PolicyFault, type Trust } from "./policy";
import { suiteOf } from "./suite";
import { wipeAll, wipeReplaced } from "./wipe";

/** Base keys that an epoch gives. `media` is the one of RFC 9605 § 5.2; data channels have their own. */
export const EXPORTER_LABELS = { media: "SFrame 1.0 Base Key", data: "Telekonsil 1.0 Data Base Key" } as const;

export type GroupFault =
  | PolicyFault
  | "malformed"
  /** Of another room or generation. */
  | "other_group"
  /** Of an epoch that is over and not kept, or of one to come. */
  | "wrong_epoch"
  /** Opens with no key here, was changed, or was here before. */
  | "not_opened"
  /** Said for another place than the one where it stands. */
  | "other_place"
  /** A handshake in the open: only commits that are sealed are taken. */
  | "not_sealed"
  /** This member was removed, or left. */
  | "gone";

export interface Refused {
  readonly kind: "refused";
  readonly fault: GroupFault;
}

export type Followed =
  | Refused
  /** A new epoch: this one's keys are to be used. */
  | { readonly kind: "epoch"; readonly committer: number }
  /** Somebody removed this member. */
  | { readonly kind: "removed"; readonly committer: number };

export type Heard =
  | Refused
  | {
      readonly kind: "said";
      readonly epoch: bigint;
      /** Who signed it. */
      readonly author: Member;
      readonly aad: Bytes;
      readonly payload: Bytes;
    };

export interface Change {
  readonly add: readonly Candidate[];
  /** Leaves. */
  readonly remove: readonly number[];
}

/** A commit that waits for the delivery service. */
export interface Staged {
  readonly kind: "staged";
  /** Epoch in which it was made. */
  readonly epoch: bigint;
  readonly commit: Bytes;
  /** For those who are added. */
  readonly welcome: Bytes | undefined;
}

interface Pending {
  readonly next: ClientState;
  readonly consumed: readonly Uint8Array[];
}

export class Group {
  private pending: Pending | undefined;
  private attestation: Bytes | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private isGone = false;

  private constructor(
    private state: ClientState,
    private readonly suite: CiphersuiteImpl,
    private readonly policy: Policy,
  ) {}

  /** A new group with this member alone. */
  static async create(identity: Identity, own: OwnKeyPackage, groupId: Bytes, trust: Trust): Promise<Group> {
    const [suite, policy] = [await suiteOf(identity.device), new Policy(trust)];
    own.private.initPrivateKey.fill(0);
    return new Group(await createGroup(groupId, own.public, own.private, [], suite, policy.config), suite, policy);
  }

  /** Into the group that somebody added `own` to. */
  static async join(
    identity: Identity,
    own: OwnKeyPackage,
    welcome: Bytes,
    groupId: Bytes,
    trust: Trust,
    now: number,
  ): Promise<Group | Refused> {
    const message = decodeExactly(welcome);
    if (message?.wireformat !== "mls_welcome") return refuse("malformed");
    const [suite, policy] = [await suiteOf(identity.device), new Policy(trust)];
    policy.begin(now);
    let state: ClientState;
    try {
      const { public: pub, private: priv } = own;
      state = await joinGroup(message.welcome, pub, priv, emptyPskIndex, suite, undefined, undefined, policy.config);
    } catch {
      return refuse(policy.fault ?? "not_opened");
    }
    // A guest adds nobody: not here either, where the commit is not seen.
    const fault = policy.first?.role === "guest" ? "guest_commit" : judgeJoined(state, groupId);
    if (fault) {
      wipeAll(state);
      return refuse(fault);
    }
    own.private.initPrivateKey.fill(0);
    return new Group(state, suite, policy);
  }

  get epoch(): bigint {
    return this.state.groupContext.epoch;
  }

  /** This member's leaf. */
  get leaf(): number {
    return this.state.privatePath.leafIndex;
  }

  get isActive(): boolean {
    return !this.isGone;
  }

  members(): Member[] {
    return membersOf(this.state.ratchetTree);
  }

  /** RFC 9420 § 8.7: the same for all who are in the same epoch, and for nobody else. */
  authenticator(): Bytes {
    return this.state.keySchedule.epochAuthenticator.slice() as Bytes;
  }

  /** What SFrame derives this epoch's keys from. */
  baseKey(use: keyof typeof EXPORTER_LABELS): Promise<BaseKey> {
    return this.inTurn(async () => {
      const { exporterSecret } = this.state.keySchedule;
      const label = EXPORTER_LABELS[use];
      return importBaseKey((await mlsExporter(exporterSecret, label, utf8(""), BASE_KEY_BYTES, this.suite)) as Bytes);
    });
  }

  /** The same person with the same key, attested anew: this member's next commit that renews its keys shows it. */
  reattest(attestation: Bytes): void {
    this.attestation = attestation;
  }

  /**
   * Makes a commit; without a change it renews this member's keys. Nothing changes until {@link adopt}; another call, or
   * somebody else's commit, puts it aside.
   */
  stage({ add, remove }: Change, now: number): Promise<Staged | Refused> {
    return this.inTurn(async () => {
      if (this.isGone) return refuse("gone");
      this.drop();
      this.policy.begin(now);
      const proposals = [
        ...remove.map((removed) => ({ proposalType: "remove" as const, remove: { removed } })),
        ...add.map(({ keyPackage }) => ({ proposalType: "add" as const, add: { keyPackage } })),
      ];
      const withSender = proposals.map((proposal) => ({ proposal, senderLeafIndex: this.leaf }));
      const fault = judgeCommit(this.members(), this.leaf, withSender);
      if (fault) return refuse(fault);
      const state = renewsLeaf({ add, remove }) ? withCredential(this.state, this.attestation) : this.state;
      try {
        const made = await createCommit(
          { state, cipherSuite: this.suite },
          { extraProposals: proposals, ratchetTreeExtension: true },
        );
        this.pending = { next: made.newState, consumed: made.consumed };
        const welcome = made.welcome && { wireformat: "mls_welcome" as const, welcome: made.welcome };
        return {
          kind: "staged",
          epoch: this.epoch,
          commit: encodeMlsMessage(made.commit) as Bytes,
          welcome: welcome && (encodeMlsMessage({ version: "mls10", ...welcome }) as Bytes),
        };
      } catch {
        return refuse(this.policy.fault ?? "forbidden_proposal");
      }
    });
  }

  /** The delivery service took the staged commit: its epoch begins. `false` when there is none. */
  adopt(): Promise<boolean> {
    return this.inTurn(async () => {
      const pending = this.pending;
      if (!pending) return false;
      this.pending = undefined;
      this.replace(withOldEpochs(pending.next, this.state), pending.consumed);
      return true;
    });
  }

  /** A commit of somebody else, as the delivery service ordered it. Unix milliseconds. */
  follow(commit: Bytes, now: number): Promise<Followed> {
    return this.receive(commit, now, (message) =>
      message.contentType === "application" ? refuse("malformed") : this.followCommit(message),
    );
  }

  /** What somebody said. It changes nobody's membership, wherever it came from. Unix milliseconds. */
  hear(message: Bytes, now: number, aad?: Bytes): Promise<Heard> {
    return this.receive(message, now, (opened) => {
      if (opened.contentType !== "application") return refuse("malformed");
      // Before it is opened, which uses its key up: a copy elsewhere must not cost the message.
      if (aad && !equalBytes(opened.authenticatedData, aad)) return refuse("other_place");
      return this.hearSaid(opened);
    });
  }

  /** Says something, signed by this member. `aad` travels in the open and is bound to it. */
  say(payload: Bytes, aad: Bytes): Promise<Bytes | Refused> {
    return this.inTurn(async () => {
      if (this.isGone) return refuse("gone");
      const made = await createApplicationMessage(this.state, payload, this.suite, aad);
      this.replace(made.newState, made.consumed);
      const { privateMessage } = made;
      return encodeMlsMessage({ version: "mls10", wireformat: "mls_private_message", privateMessage }) as Bytes;
    });
  }

  /** Forgets every key. */
  leave(): Promise<void> {
    return this.inTurn(async () => this.end());
  }

  private receive<T>(
    bytes: Bytes,
    now: number,
    take: (message: PrivateMessage) => Promise<T> | Refused,
  ): Promise<T | Refused> {
    return this.inTurn(async () => {
      if (this.isGone) return refuse("gone");
      const message = decodeExactly(bytes);
      if (message?.wireformat === "mls_public_message") return refuse("not_sealed");
      if (message?.wireformat !== "mls_private_message") return refuse("malformed");
      const { privateMessage } = message;
      if (!equalBytes(privateMessage.groupId, this.state.groupContext.groupId)) return refuse("other_group");
      this.policy.begin(now);
      try {
        return await take(privateMessage);
      } catch {
        return refuse(this.policy.fault ?? "not_opened");
      }
    });
  }

  private async hearSaid(message: PrivateMessage): Promise<Heard> {
    const { state } = this;
    const isNow = message.epoch === state.groupContext.epoch;
    const from = isNow ? { ...state, ...state.keySchedule } : state.historicalReceiverData.get(message.epoch);
    if (!from) return refuse("wrong_epoch");
    // `processMessage` of the library does not tell who said it.
    const { content, tree, consumed } = await unprotectPrivateMessage(
      from.senderDataSecret,
      message,
      from.secretTree,
      from.ratchetTree,
      from.groupContext,
      state.clientConfig.keyRetentionConfig,
      this.suite,
    );
    const { sender } = content.content;
    const author = membersOf(from.ratchetTree).find(
      ({ leaf }) => sender.senderType === "member" && sender.leafIndex === leaf,
    );
    if (!author || content.content.contentType !== "application") return refuse("not_opened");
    this.replace(isNow ? { ...state, secretTree: tree } : withOldTree(state, message.epoch, tree), consumed);
    return {
      kind: "said",
      epoch: message.epoch,
      author,
      aad: message.authenticatedData.slice() as Bytes,
      payload: content.content.applicationData.slice() as Bytes,
    };
  }

  private async followCommit(message: PrivateMessage): Promise<Followed> {
    if (message.epoch !== this.epoch) return refuse("wrong_epoch");
    if (message.contentType !== "commit") return refuse("forbidden_proposal");
    const members = this.members();
    let committer: number | undefined;
    const result = await processPrivateMessage(this.state, message, emptyPskIndex, this.suite, (incoming) => {
      if (incoming.kind === "commit") committer = incoming.senderLeafIndex;
      const fault =
        incoming.kind === "commit" ? judgeCommit(members, committer, incoming.proposals) : "forbidden_proposal";
      this.policy.fault = fault;
      return fault ? "reject" : "accept";
    });
    if (result.kind !== "newState" || result.actionTaken === "reject" || committer === undefined)
      return refuse(this.policy.fault ?? "forbidden_proposal");
    if (result.newState.groupActiveState.kind === "removedFromGroup") {
      this.end();
      return { kind: "removed", committer };
    }
    // A commit renews its author's leaf. That it is attested, the library has asked the policy.
    const author = (all: readonly Member[]) => all.find(({ leaf }) => leaf === committer);
    if (!isSameMember(author(members), author(membersOf(result.newState.ratchetTree)))) return refuse("forbidden_proposal");
    this.drop();
    this.replace(result.newState, result.consumed);
    return { kind: "epoch", committer };
  }

  private drop(): void {
    // What the pending state shares with the current one stays.
    if (this.pending) wipeReplaced(this.pending.next, this.state);
    this.pending = undefined;
  }

  private replace(next: ClientState, consumed: readonly Uint8Array[]): void {
    const old = this.state;
    this.state = next;
    wipeReplaced(old, next);
    for (const secret of consumed) secret.fill(0);
  }

  private end(): void {
    this.drop();
    wipeAll(this.state);
    this.isGone = true;
  }

  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.last.then(run);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}

function judgeJoined(state: ClientState, groupId: Bytes): GroupFault | undefined {
  const { groupContext, ratchetTree } = state;
  if (!equalBytes(groupContext.groupId, groupId)) return "other_group";
  if (groupContext.extensions.length > 0) return "forbidden_proposal";
  return judgePeople(membersOf(ratchetTree).map(({ attestation }) => attestation.person));
}

/** A commit that only adds leaves its author's leaf as it is (RFC 9420 § 12.4). */
function renewsLeaf({ add, remove }: Change): boolean {
  return add.length === 0 || remove.length > 0;
}

/**
 * The library makes the leaf of a commit from the one in the tree, with other keys and a new signature; nothing else of the
 * old one goes into the commit. So what is to be attested in the new one is put there before.
 */
function withCredential(state: ClientState, identity: Bytes | undefined): ClientState {
  const at = state.privatePath.leafIndex * 2;
  const own = state.ratchetTree[at];
  if (!identity || own?.nodeType !== "leaf") return state;
  const leaf = { ...own.leaf, credential: { credentialType: "basic" as const, identity } };
  return { ...state, ratchetTree: state.ratchetTree.with(at, { ...own, leaf }) };
}

/** What was heard between making a commit and its adoption has moved the old epoch's ratchets. */
function withOldEpochs(next: ClientState, current: ClientState): ClientState {
  const kept = [...next.historicalReceiverData].map(([epoch, data]) => {
    const isCurrent = epoch === current.groupContext.epoch;
    const tree = isCurrent ? current.secretTree : current.historicalReceiverData.get(epoch)?.secretTree;
    return [epoch, tree ? { ...data, secretTree: tree } : data] as const;
  });
  return { ...next, historicalReceiverData: new Map(kept) };
}

function withOldTree(state: ClientState, epoch: bigint, secretTree: ClientState["secretTree"]): ClientState {
  const data = state.historicalReceiverData.get(epoch);
  if (!data) return state;
  return {
    ...state,
    historicalReceiverData: new Map(state.historicalReceiverData).set(epoch, { ...data, secretTree }),
  };
}

function refuse(fault: GroupFault): Refused {
  return { kind: "refused", fault };
}
