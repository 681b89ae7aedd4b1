/** A group without cryptography, for tests: an epoch's secret is a text, and whoever has another one opens nothing. */

import type { GroupPort } from "./port";
import type { Result, Snapshot, Work } from "./state";

interface Held {
  readonly generation: number;
  readonly epoch: number;
  readonly secret: string;
  readonly leaf: number;
  readonly members: ReadonlyMap<number, string>;
}

interface SealedCommit {
  readonly base: string;
  readonly secret: string;
  readonly members: [number, string][];
}

interface SealedWelcome {
  readonly leaves: Readonly<Record<string, number>>;
  readonly generation: number;
  readonly epoch: number;
  readonly secret: string;
  readonly members: [number, string][];
}

/** A key package that begins so is nobody's. */
export const FORGED = "forged:";

let made = 0;
const fresh = (what: string) => `${what}${(made += 1)}`;

export class ModelGroup implements GroupPort {
  private held: Held | undefined;
  private pending: Held | undefined;
  private ref: string | undefined;

  constructor(private readonly person: string) {}

  forget(): void {
    this.held = this.pending = this.ref = undefined;
  }

  async run(work: Work): Promise<Result> {
    switch (work.type) {
      case "prepare":
        this.ref = fresh(`${this.person}#`);
        return { type: "prepared", ref: this.ref, keyPackage: this.ref };
      case "create":
        return this.enter({
          generation: work.generation,
          epoch: 0,
          secret: fresh("s"),
          leaf: 0,
          members: new Map([[0, this.person]]),
        });
      case "join": {
        const welcome = JSON.parse(work.welcome) as SealedWelcome;
        const leaf = welcome.leaves[this.ref ?? ""];
        if (leaf === undefined || welcome.generation !== work.generation) return { type: "failed", code: "not_opened" };
        return this.enter({ ...welcome, leaf, members: new Map(welcome.members) });
      }
      case "stage":
        return this.stage(work);
      case "adopt":
        return this.pending ? this.enter(this.pending) : { type: "failed", code: "gone" };
      case "follow": {
        const { held } = this;
        const commit = readCommit(work.commit);
        if (!held || !commit || commit.base !== held.secret) return { type: "failed", code: "not_opened" };
        const members = new Map(commit.members);
        if (members.get(held.leaf) !== this.person) return { type: "failed", code: "removed" };
        return this.enter({ ...held, epoch: held.epoch + 1, secret: commit.secret, members });
      }
    }
  }

  private stage({ add, remove }: Extract<Work, { type: "stage" }>): Result {
    const { held } = this;
    if (!held) return { type: "failed", code: "gone" };
    const members = new Map([...held.members].filter(([leaf]) => !remove.includes(leaf)));
    const leaves: Record<string, number> = {};
    const good = add.filter(({ keyPackage }) => !keyPackage.startsWith(FORGED));
    const refused = add
      .filter((waiting) => !good.includes(waiting))
      .map(({ member, ref }) => ({ member, ref, code: "attestation_unknown" }));
    if (good.length === 0 && remove.length === 0 && add.length > 0)
      return { type: "staged", refused, commit: undefined };
    for (const { person, keyPackage } of good) {
      if ([...members.values()].includes(person)) return { type: "failed", code: "member_twice" };
      let leaf = 0;
      while (members.has(leaf)) leaf += 1;
      members.set(leaf, person);
      leaves[keyPackage] = leaf;
    }
    this.pending = { ...held, epoch: held.epoch + 1, secret: fresh("s"), members };
    const { generation, epoch, secret } = this.pending;
    const sealed: SealedCommit = { base: held.secret, secret, members: [...members] };
    const welcome: SealedWelcome = { leaves, generation, epoch, secret, members: [...members] };
    return {
      type: "staged",
      refused,
      commit: {
        commit: JSON.stringify(sealed),
        welcome: good.length > 0 ? JSON.stringify(welcome) : undefined,
        added: good.map(({ member, ref }) => ({ member, ref })),
      },
    };
  }

  private enter(held: Held): Result {
    this.held = held;
    this.pending = undefined;
    const { epoch, leaf, secret } = held;
    const members = [...held.members].map(([at, person]) => ({ leaf: at, person }));
    const snapshot: Snapshot = { epoch, leaf, tag: secret, members };
    return { type: "entered", snapshot };
  }
}

function readCommit(text: string): SealedCommit | undefined {
  try {
    return JSON.parse(text) as SealedCommit;
  } catch {
    return undefined;
  }
}
