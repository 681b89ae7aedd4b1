import { fromBase64Url, toBase64Url } from "../base64url";
import { concat, toHex, utf8, type Bytes } from "../bytes";
import { Group, type Refused } from "../group/group";
import {
  checkKeyPackage,
  makeKeyPackage,
  type Candidate,
  type Identity,
  type OwnKeyPackage,
} from "../group/keyPackage";
import type { Trust } from "../group/policy";
import { suiteOf } from "../group/suite";
import type { Tag, Waiting } from "./messages";
import type { GroupPort } from "./port";
import type { Result, Snapshot, Work } from "./state";

/** Bytes of an epoch's tag. More makes messages longer; less lets two epochs look alike by chance. */
const TAG_BYTES = 16;

/** The group's id: the consult, and which of its groups. */
export function groupIdOf(consult: string, generation: number): Bytes {
  return utf8(`${consult}:${generation}`);
}

/** {@link GroupPort} over MLS. */
export class MlsPort implements GroupPort {
  /** The group, once there is one: for keys and application messages. */
  group: Group | undefined;
  private own: OwnKeyPackage | undefined;
  /** Number of {@link forget}s: what began before one leaves nothing behind. */
  private life = 0;

  constructor(
    /** For the next key package; it may be replaced by one that is attested anew. */
    public identity: Identity,
    private readonly trust: Trust,
  ) {}

  forget(): void {
    this.life += 1;
    void this.group?.leave();
    this.own?.private.initPrivateKey.fill(0);
    this.group = this.own = undefined;
  }

  async run(work: Work, now: number): Promise<Result> {
    switch (work.type) {
      case "prepare":
        return this.prepare(now);
      case "create": {
        const { identity, trust, own } = this;
        if (!own) return failed("gone");
        return this.enter(() => Group.create(identity, own, groupIdOf(trust.consult, work.generation), trust));
      }
      case "join": {
        const { identity, trust, own } = this;
        const welcome = fromBase64Url(work.welcome);
        if (!own || !welcome) return failed("malformed");
        const id = groupIdOf(trust.consult, work.generation);
        return this.enter(() => Group.join(identity, own, welcome, id, trust, now));
      }
      case "stage":
        return this.stage(work, now);
      case "adopt":
        return (await this.group?.adopt()) ? this.snapshot() : failed("gone");
      case "follow": {
        const commit = fromBase64Url(work.commit);
        if (!commit) return failed("malformed");
        const received = await this.group?.follow(commit, now);
        if (received?.kind === "epoch") return this.snapshot();
        if (received?.kind === "removed") return failed("removed");
        return failed(received?.kind === "refused" ? received.fault : "gone");
      }
    }
  }

  private async prepare(now: number): Promise<Result> {
    const { life } = this;
    const own = await makeKeyPackage(this.identity, now);
    if (life === this.life) this.own = own;
    const ref = toHex(crypto.getRandomValues(new Uint8Array(16)));
    return { type: "prepared", ref, keyPackage: toBase64Url(own.message) };
  }

  private async enter(make: () => Promise<Group | Refused>): Promise<Result> {
    const { life } = this;
    const made = await make();
    if (!(made instanceof Group)) return failed(made.fault);
    if (life !== this.life) {
      await made.leave();
      return failed("gone");
    }
    this.group = made;
    this.own = undefined;
    return this.snapshot();
  }

  private async stage({ add, remove }: Extract<Work, { type: "stage" }>, now: number): Promise<Result> {
    const { group } = this;
    if (!group) return failed("gone");
    const checked = await Promise.all(
      add.map(async (waiting) => ({ waiting, candidate: await this.check(waiting, now) })),
    );
    const refused = checked.flatMap(({ waiting, candidate }) =>
      typeof candidate === "string" ? [fault(waiting, candidate)] : [],
    );
    const good = checked.flatMap(({ waiting, candidate }) =>
      typeof candidate === "string" ? [] : [{ waiting, candidate }],
    );
    if (good.length === 0 && remove.length === 0 && add.length > 0)
      return { type: "staged", commit: undefined, refused };
    const staged = await group.stage({ add: good.map(({ candidate }) => candidate), remove }, now);
    if (staged.kind === "refused") {
      if (good.length === 0) return failed(staged.fault);
      const all = good.map(({ waiting }) => fault(waiting, staged.fault));
      return { type: "staged", commit: undefined, refused: [...refused, ...all] };
    }
    return {
      type: "staged",
      refused,
      commit: {
        commit: toBase64Url(staged.commit),
        welcome: staged.welcome && toBase64Url(staged.welcome),
        added: good.map(({ waiting: { member, ref } }) => ({ member, ref })),
      },
    };
  }

  /** The key package of somebody who waits, if it is that person's. */
  private async check({ keyPackage, person, isGuest }: Waiting, now: number): Promise<Candidate | string> {
    const bytes = fromBase64Url(keyPackage);
    if (!bytes) return "key_package_malformed";
    const candidate = await checkKeyPackage(bytes, this.trust, await suiteOf(this.identity.device), now);
    if (typeof candidate === "string") return candidate;
    if (candidate.attestation.person !== person) return "attestation_other_person";
    return isGuest === (candidate.attestation.role === "guest") ? candidate : "attestation_other_role";
  }

  private async snapshot(): Promise<Result> {
    const { group } = this;
    if (!group?.isActive) return failed("gone");
    const members = group.members().map(({ leaf, attestation }) => ({ leaf, person: attestation.person }));
    const [epoch, leaf] = [Number(group.epoch), group.leaf];
    const snapshot: Snapshot = { epoch, leaf, tag: await tagOf(group.authenticator()), members };
    return { type: "entered", snapshot };
  }
}

/** Tells epochs apart and says nothing of their secrets. */
export async function tagOf(authenticator: Bytes): Promise<Tag> {
  const hash = await crypto.subtle.digest("SHA-256", concat(utf8("Telekonsil 1.0 epoch tag"), authenticator));
  return toHex(new Uint8Array(hash).subarray(0, TAG_BYTES));
}

function fault({ member, ref }: Waiting, code: string): { member: number; ref: string; code: string } {
  return { member, ref, code };
}

function failed(code: string): Result {
  return { type: "failed", code };
}
