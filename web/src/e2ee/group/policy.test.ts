import { describe, expect, it } from "vitest";
import type { Proposal } from "ts-mls/proposal.js";
import { toHex } from "../bytes";
import type { AttestedRole } from "./attestation";
import { attestationOf, candidate, Installation, NOW } from "./fixture";
import { makeKeyPackage } from "./keyPackage";
import type { Member } from "./members";
import { judgeCommit, judgePeople, MAX_MEMBERS } from "./policy";

const installation = await Installation.make();

function member(leaf: number, person: string, role: AttestedRole = "specialist"): Member {
  const key = new Uint8Array(32).fill(leaf);
  return { leaf, attestation: { ...attestationOf(person, key), role }, key: toHex(key) };
}

async function adding(person: string): Promise<Proposal> {
  const identity = await installation.identity(person);
  const { keyPackage } = await candidate(installation.trust, identity, await makeKeyPackage(identity, NOW));
  return { proposalType: "add", add: { keyPackage } };
}

const removing = (removed: number): Proposal => ({ proposalType: "remove", remove: { removed } });
const by = (senderLeafIndex: number, ...all: Proposal[]) => all.map((proposal) => ({ proposal, senderLeafIndex }));
const members = [member(0, "anna"), member(1, "ben"), member(2, "guest", "guest")];

describe("a commit", () => {
  it("may add, remove, or only renew its author's keys", async () => {
    expect(judgeCommit(members, 0, by(0, await adding("carla"), removing(1)))).toBeUndefined();
    expect(judgeCommit(members, 2, [])).toBeUndefined();
  });

  it("of somebody outside is refused", () => {
    expect(judgeCommit(members, undefined, [])).toBe("external_commit");
    expect(judgeCommit(members, 5, [])).toBe("external_commit");
  });

  it("of a guest neither adds nor removes", async () => {
    expect(judgeCommit(members, 2, by(2, removing(0)))).toBe("guest_commit");
    expect(judgeCommit(members, 2, by(2, await adding("carla")))).toBe("guest_commit");
  });

  it("takes over no proposals of others, and no other kind of them", () => {
    expect(judgeCommit(members, 0, by(1, removing(2)))).toBe("forbidden_proposal");
    const extensions: Proposal = {
      proposalType: "group_context_extensions",
      groupContextExtensions: { extensions: [] },
    };
    expect(judgeCommit(members, 0, by(0, extensions))).toBe("forbidden_proposal");
  });

  it("has each person once: whoever comes back replaces the old leaf in the same commit", async () => {
    expect(judgeCommit(members, 0, by(0, await adding("ben")))).toBe("member_twice");
    expect(judgeCommit(members, 0, by(0, await adding("ben"), removing(1)))).toBeUndefined();
  });

  it("fills no group beyond a room's size", () => {
    const people = Array.from({ length: MAX_MEMBERS + 1 }, (_, i) => `p${i}`);
    expect(judgePeople(people.slice(1))).toBeUndefined();
    expect(judgePeople(people)).toBe("group_full");
  });
});
