import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { joinGroupExternal, createCommit, createGroupInfoWithExternalPubAndRatchetTree } from "ts-mls/createCommit.js";
import type { ClientState } from "ts-mls/clientState.js";
import { encodeMlsMessage } from "ts-mls/message.js";
import type { Proposal } from "ts-mls/proposal.js";
import { utf8, type Bytes } from "../bytes";
import { deriveSframeKey, encrypt } from "../sframe/cipher";
import type { Attestation } from "./attestation";
import { add, attestationOf, candidate, CONSULT, founder, GROUP, Installation, joined, NOW, room, shared, staged, type Peer } from "./fixture";
import { Group } from "./group";
import { checkKeyPackage, makeKeyPackage } from "./keyPackage";
import { suiteOf } from "./suite";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const installation = await Installation.make();
const nothing = { add: [], remove: [] };
const none = utf8("");
const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

/** What a member who does not keep to our rules has in hands. */
const stateOf = (group: Group) => Reflect.get(group, "state") as ClientState;

async function fingerprint(group: Group, use: "media" | "data"): Promise<string> {
  const key = await deriveSframeKey(await group.baseKey(use), 0n);
  return String(await encrypt(key, 0n, none, utf8("same key, same bytes")));
}

describe("a group", () => {
  it("has everybody in one epoch with the same keys, those for media and for data apart", async () => {
    const peers = await room(installation, ["anna", "ben", "carla", "dora"]);
    expect(new Set(peers.map(({ group }) => shared(group))).size).toBe(1);
    expect(peers.map(({ group }) => group.leaf)).toEqual([0, 1, 2, 3]);
    for (const use of ["media", "data"] as const) {
      expect(new Set(await Promise.all(peers.map(({ group }) => fingerprint(group, use)))).size).toBe(1);
    }
    const [first] = peers;
    if (!first) throw new Error();
    expect(await fingerprint(first.group, "media")).not.toBe(await fingerprint(first.group, "data"));
    const names = (group: Group) => group.members().map(({ attestation }) => attestation.person);
    expect(names(first.group)).toEqual(["anna", "ben", "carla", "dora"]);
  });

  it("changes with a commit only once it is adopted", async () => {
    const [anna, ben] = await room(installation, ["anna", "ben"]);
    if (!anna || !ben) throw new Error();
    const before = shared(anna.group);
    const { commit, epoch } = staged(await anna.group.stage(nothing, NOW));
    expect([shared(anna.group), epoch]).toEqual([before, anna.group.epoch]);
    expect(await ben.group.follow(commit, NOW)).toEqual({ kind: "epoch", committer: 0 });
    expect(await anna.group.adopt()).toBe(true);
    expect(shared(anna.group)).toBe(shared(ben.group));
    expect(shared(anna.group)).not.toBe(before);
    expect(await anna.group.adopt()).toBe(false);
  });

  it("lets the loser of a race follow the winner and commit anew", async () => {
    const peers = await room(installation, ["anna", "ben", "carla"]);
    const [anna, ben, carla] = peers;
    if (!anna || !ben || !carla) throw new Error();
    const lost = staged(await ben.group.stage(nothing, NOW));
    const won = staged(await anna.group.stage({ add: [], remove: [carla.group.leaf] }, NOW));
    await anna.group.adopt();
    expect(await ben.group.follow(won.commit, NOW)).toEqual({ kind: "epoch", committer: 0 });
    expect(await ben.group.adopt()).toBe(false);
    expect(await anna.group.follow(lost.commit, NOW)).toEqual({ kind: "refused", fault: "wrong_epoch" });
    const again = staged(await ben.group.stage(nothing, NOW));
    await ben.group.adopt();
    await anna.group.follow(again.commit, NOW);
    expect(shared(anna.group)).toBe(shared(ben.group));
  });

  it("goes on when a staged commit was given up, in the same epoch", async () => {
    const [anna, ben] = await room(installation, ["anna", "ben"]);
    if (!anna || !ben) throw new Error();
    await anna.group.stage(nothing, NOW);
    const second = staged(await anna.group.stage(nothing, NOW));
    expect(await ben.group.follow(second.commit, NOW)).toMatchObject({ kind: "epoch" });
    await anna.group.adopt();
    expect(shared(anna.group)).toBe(shared(ben.group));
  });

  it("shuts out whoever is removed", async () => {
    const peers = await room(installation, ["anna", "ben", "carla"]);
    const [anna, ben, carla] = peers;
    if (!anna || !ben || !carla) throw new Error();
    const { commit } = staged(await anna.group.stage({ add: [], remove: [1] }, NOW));
    await anna.group.adopt();
    await carla.group.follow(commit, NOW);
    expect(await ben.group.follow(commit, NOW)).toEqual({ kind: "removed", committer: 0 });
    expect(ben.group.isActive).toBe(false);
    const said = (await anna.group.say(utf8("unter uns"), none)) as Bytes;
    expect(await ben.group.hear(said, NOW)).toEqual({ kind: "refused", fault: "gone" });
    expect(await ben.group.stage(nothing, NOW)).toEqual({ kind: "refused", fault: "gone" });
    expect(await carla.group.hear(said, NOW)).toMatchObject({ kind: "said" });
    expect(Object.values(stateOf(ben.group).keySchedule).every(isZero)).toBe(true);
  });

  it("takes back somebody whose page was reloaded, with the same device, in one commit", async () => {
    const [anna, ben, carla] = await room(installation, ["anna", "ben", "carla"]);
    if (!anna || !ben || !carla) throw new Error();
    const own = await makeKeyPackage(ben.identity, NOW);
    const back = await candidate(installation.trust, ben.identity, own);
    const { commit, welcome } = staged(await anna.group.stage({ add: [back], remove: [1] }, NOW));
    await anna.group.adopt();
    await carla.group.follow(commit, NOW);
    const group = joined(await Group.join(ben.identity, own, welcome ?? none, GROUP, installation.trust, NOW));
    expect(new Set([anna.group, carla.group, group].map(shared)).size).toBe(1);
  });

  it("wipes what an epoch leaves behind", async () => {
    const [anna, ben] = await room(installation, ["anna", "ben"]);
    if (!anna || !ben) throw new Error();
    const olds = [anna, ben].map(({ group }) => stateOf(group));
    const secrets = olds.flatMap(({ keySchedule: k }) => [k.exporterSecret, k.epochAuthenticator, k.initSecret]);
    const leafKey = Object.values(olds[0]?.privatePath.privateKeys ?? {})[0];
    const trees = olds.map(({ secretTree }) => secretTree);
    for (let i = 0; i < 4; i += 1) {
      const { commit } = staged(await anna.group.stage(nothing, NOW));
      await anna.group.adopt();
      await ben.group.follow(commit, NOW);
    }
    expect([...secrets, leafKey ?? utf8("x")].every(isZero)).toBe(true);
    // Kept for late lines of chat for two epochs, and then gone as well.
    expect(trees.flat().every(({ application }) => isZero(application.secret))).toBe(true);
  });
});

describe("a member that is attested anew", () => {
  const until = (group: Group, leaf: number) => group.members().find((member) => member.leaf === leaf)?.attestation.expires;
  const again = (peer: Peer, as: Partial<Attestation> = {}) =>
    installation.attest({ ...attestationOf("ben", peer.identity.device.publicKey), expires: LATER, ...as });
  const LATER = NOW + 48 * 3_600_000;

  it("shows it with the next renewal of its keys, and goes on in the group with all others", async () => {
    const peers = await room(installation, ["anna", "ben", "carla"]);
    const [anna, ben, carla] = peers as [Peer, Peer, Peer];
    ben.group.reattest(await again(ben));
    const { commit } = staged(await ben.group.stage(nothing, NOW));
    for (const { group } of [anna, carla]) expect(await group.follow(commit, NOW)).toEqual({ kind: "epoch", committer: 1 });
    await ben.group.adopt();
    expect(new Set(peers.map(({ group }) => shared(group))).size).toBe(1);
    expect(peers.map(({ group }) => until(group, 1))).toEqual([LATER, LATER, LATER]);
    expect(until(anna.group, 0)).toBe(NOW + 24 * 3_600_000);
    // Whoever comes when the first attestation is over finds nobody whose is.
    const more = await add(installation, anna, [ben, carla], "dora");
    expect(until(more.group, 1)).toBe(LATER);
    expect(shared(more.group)).toBe(shared(ben.group));
  });

  it("changes nothing of its leaf by adding somebody, which renews no keys", async () => {
    const [anna, ben] = (await room(installation, ["anna", "ben"])) as [Peer, Peer];
    ben.group.reattest(await again(ben));
    const more = await add(installation, ben, [anna], "carla");
    expect(new Set([anna, ben, more].map(({ group }) => shared(group))).size).toBe(1);
    expect(until(anna.group, 1)).toBe(NOW + 24 * 3_600_000);
  });

  it.each([
    ["as somebody else", { person: "carla" }, "forbidden_proposal"],
    ["as a guest", { role: "guest", consult: CONSULT }, "forbidden_proposal"],
    ["with another key", { key: new Uint8Array(32) }, "attestation_other_key"],
    ["when that is over", { expires: NOW - 3_600_000 }, "attestation_not_valid_now"],
    ["for another room", { consult: "other" }, "attestation_other_consult"],
  ] as const)("%s is refused", async (_, as, fault) => {
    const [anna, ben] = (await room(installation, ["anna", "ben"])) as [Peer, Peer];
    ben.group.reattest(await again(ben, as));
    const { commit } = staged(await ben.group.stage(nothing, NOW));
    expect(await anna.group.follow(commit, NOW)).toEqual({ kind: "refused", fault });
  });
});

describe("what is said in a group", () => {
  it("comes with its author and what it was bound to, once", async () => {
    const [anna, ben, carla] = await room(installation, ["anna", "ben", "carla"]);
    if (!anna || !ben || !carla) throw new Error();
    const said = (await ben.group.say(utf8("Lyse ja"), utf8("chat/0"))) as Bytes;
    for (const { group } of [anna, carla]) {
      const heard = await group.hear(said, NOW);
      expect(heard).toMatchObject({ kind: "said", payload: utf8("Lyse ja"), aad: utf8("chat/0"), epoch: 2n });
      expect(heard.kind === "said" && heard.author.attestation.person).toBe("ben");
      expect(await group.hear(said, NOW)).toEqual({ kind: "refused", fault: "not_opened" });
    }
  });

  it("is heard in any order, across commits, and between making a commit and adopting it", async () => {
    const [anna, ben] = await room(installation, ["anna", "ben"]);
    if (!anna || !ben) throw new Error();
    const lines: Bytes[] = [];
    for (let i = 0; i < 6; i += 1) lines.push((await ben.group.say(utf8(String(i)), none)) as Bytes);
    const hear = async (i: number) =>
      expect(await anna.group.hear(lines[i] ?? none, NOW)).toMatchObject({ kind: "said" });
    await hear(2);
    const { commit } = staged(await anna.group.stage(nothing, NOW));
    await hear(0);
    await hear(4);
    await anna.group.adopt();
    await hear(5);
    await hear(1);
    await ben.group.follow(commit, NOW);
    await hear(3);
    for (const line of lines) expect(await anna.group.hear(line, NOW)).toMatchObject({ fault: "not_opened" });
    expect(shared(anna.group)).toBe(shared(ben.group));
  });

  it("is refused when it was changed, is of an epoch long over, or of another group", async () => {
    const [anna, ben] = await room(installation, ["anna", "ben"]);
    const other = await founder(installation, "eve");
    if (!anna || !ben) throw new Error();
    const said = (await ben.group.say(utf8("x"), utf8("chat/0"))) as Bytes;
    for (let i = 0; i < said.length; i += 7) {
      const changed = said.slice();
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect((await anna.group.hear(changed, NOW)).kind).toBe("refused");
    }
    for (let i = 0; i < 3; i += 1) {
      const { commit } = staged(await ben.group.stage(nothing, NOW));
      await ben.group.adopt();
      await anna.group.follow(commit, NOW);
    }
    expect(await anna.group.hear(said, NOW)).toEqual({ kind: "refused", fault: "wrong_epoch" });
    const elsewhere = (await other.group.say(utf8("x"), none)) as Bytes;
    expect((await anna.group.hear(elsewhere, NOW)).kind).toBe("refused");
  });

  it("is nothing when it is any bytes: the group goes on", async () => {
    const [anna, ben] = await room(installation, ["anna", "ben"]);
    if (!anna || !ben) throw new Error();
    const { commit } = staged(await ben.group.stage(nothing, NOW));
    await fc.assert(
      fc.asyncProperty(fc.nat(commit.length - 1), fc.uint8Array({ maxLength: 80 }), async (length, bytes) => {
        expect((await anna.group.follow(commit.slice(0, length), NOW)).kind).toBe("refused");
        expect((await anna.group.follow(bytes as Bytes, NOW)).kind).toBe("refused");
        expect((await anna.group.hear(bytes as Bytes, NOW)).kind).toBe("refused");
      }),
    );
    expect(await anna.group.follow(commit, NOW)).toMatchObject({ kind: "epoch" });
  });

  it("is no commit, whichever way one comes: nobody but the delivery service moves the group", async () => {
    const [anna, ben] = await room(installation, ["anna", "ben"]);
    if (!anna || !ben) throw new Error();
    const said = (await ben.group.say(utf8("x"), none)) as Bytes;
    const { commit } = staged(await ben.group.stage(nothing, NOW));
    const before = shared(anna.group);
    expect(await anna.group.hear(commit, NOW)).toEqual({ kind: "refused", fault: "malformed" });
    expect(await anna.group.follow(said, NOW)).toEqual({ kind: "refused", fault: "malformed" });
    expect(shared(anna.group)).toBe(before);
  });
});

describe("who does not keep to the rules", () => {
  it("adds nobody whom another installation attests", async () => {
    const evil = await Installation.make();
    const [anna] = await room(installation, ["anna"]);
    if (!anna) throw new Error();
    const stranger = await evil.identity("eve");
    const own = await makeKeyPackage(stranger, NOW);
    const suite = await suiteOf(stranger.device);
    expect(await checkKeyPackage(own.message, installation.trust, suite, NOW)).toBe("attestation_unknown");
    // A member who trusts them: believes the other installation, and was let in before by ours.
    const ben = await add(installation, anna, [], "ben");
    Reflect.set(Reflect.get(ben.group, "policy") as object, "trust", evil.trust);
    const welcomed = await candidate(evil.trust, stranger, own);
    const { commit } = staged(await ben.group.stage({ add: [welcomed], remove: [] }, NOW));
    expect(await anna.group.follow(commit, NOW)).toEqual({ kind: "refused", fault: "attestation_unknown" });
    expect(anna.group.members()).toHaveLength(2);
  });

  it("adds nobody whose attestation is over", async () => {
    const [anna, ben] = await room(installation, ["anna", "ben"]);
    if (!anna || !ben) throw new Error();
    const late = await installation.identity("carla", { expires: NOW - 3_600_000, notBefore: NOW - 7_200_000 });
    const own = await makeKeyPackage(late, NOW);
    const then = NOW - 3_600_000;
    const checked = await checkKeyPackage(own.message, installation.trust, await suiteOf(late.device), then);
    if (typeof checked === "string") throw new Error(checked);
    expect(await ben.group.stage({ add: [checked], remove: [] }, NOW)).toMatchObject({
      fault: "attestation_not_valid_now",
    });
    const { commit } = staged(await ben.group.stage({ add: [checked], remove: [] }, then));
    expect(await anna.group.follow(commit, NOW)).toMatchObject({ fault: "attestation_not_valid_now" });
  });

  it("is refused with any other proposal, and with a commit in the open", async () => {
    const [anna, ben] = await room(installation, ["anna", "ben"]);
    if (!anna || !ben) throw new Error();
    const suite = await suiteOf(ben.identity.device);
    const context = { state: stateOf(ben.group), cipherSuite: suite };
    const extensions: Proposal = {
      proposalType: "group_context_extensions",
      groupContextExtensions: { extensions: [] },
    };
    const sealed = await createCommit(context, { extraProposals: [extensions] });
    expect(await anna.group.follow(encodeMlsMessage(sealed.commit) as Bytes, NOW)).toMatchObject({
      fault: "forbidden_proposal",
    });
    const open = await createCommit(context, { wireAsPublicMessage: true });
    expect(await anna.group.follow(encodeMlsMessage(open.commit) as Bytes, NOW)).toMatchObject({
      fault: "not_sealed",
    });
  });

  it("does not come in from outside", async () => {
    const [anna] = await room(installation, ["anna"]);
    if (!anna) throw new Error();
    const suite = await suiteOf(anna.identity.device);
    const info = await createGroupInfoWithExternalPubAndRatchetTree(stateOf(anna.group), [], suite);
    const ghost = await installation.identity("ghost");
    const own = await makeKeyPackage(ghost, NOW);
    const ghostSuite = await suiteOf(ghost.device);
    const { publicMessage } = await joinGroupExternal(info, own.public, own.private, false, ghostSuite);
    const bytes = encodeMlsMessage({ version: "mls10", wireformat: "mls_public_message", publicMessage }) as Bytes;
    expect(await anna.group.follow(bytes, NOW)).toEqual({ kind: "refused", fault: "not_sealed" });
  });

  it("takes nobody in as a guest: no welcome of one counts", async () => {
    const identity = await installation.identity("gast", { role: "guest", consult: CONSULT, hospital: undefined });
    const own = await makeKeyPackage(identity, NOW);
    const group = await Group.create(identity, own, GROUP, installation.trust);
    // Tells the group what time it is.
    await group.stage(nothing, NOW);
    const ben = await installation.identity("ben");
    const benOwn = await makeKeyPackage(ben, NOW);
    const { keyPackage } = await candidate(installation.trust, ben, benOwn);
    const made = await createCommit(
      { state: stateOf(group), cipherSuite: await suiteOf(identity.device) },
      { extraProposals: [{ proposalType: "add", add: { keyPackage } }], ratchetTreeExtension: true },
    );
    if (!made.welcome) throw new Error();
    const welcome = encodeMlsMessage({ version: "mls10", wireformat: "mls_welcome", welcome: made.welcome }) as Bytes;
    const refused = await Group.join(ben, benOwn, welcome, GROUP, installation.trust, NOW);
    expect(refused).toEqual({ kind: "refused", fault: "guest_commit" });
  });

  it("does not put a member into a group of another room or generation", async () => {
    const anna = await founder(installation, "anna");
    const identity = await installation.identity("ben");
    const own = await makeKeyPackage(identity, NOW);
    const { welcome } = staged(
      await anna.group.stage({ add: [await candidate(installation.trust, identity, own)], remove: [] }, NOW),
    );
    const next = utf8(`${CONSULT}:2`);
    expect(await Group.join(identity, own, welcome ?? none, next, installation.trust, NOW)).toMatchObject({
      fault: "other_group",
    });
    expect(await Group.join(identity, own, utf8("welcome"), next, installation.trust, NOW)).toMatchObject({
      fault: "malformed",
    });
  });
});
