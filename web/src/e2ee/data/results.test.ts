import { describe, expect, it, vi } from "vitest";
import type { KeyImage } from "../../api/types";
import type { RoomContent } from "../../report/inRoom";
import { Kind } from "../../rtc/envelope";
import type { Shown } from "../../room/result/results";
import { encodePart, MAX_PART, partKey, partsOf } from "../../room/result/value";
import { utf8, type Bytes } from "../bytes";
import type { BrowserDouble, Stay } from "../encryption/room.fixture";
import { Participant, roomOf, settle, Sfu, shows, together, within } from "./channels.fixture";
import { SNAPSHOT_WITHIN } from "./sealedChannels";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const image = (n: number, caption = "Blutung"): KeyImage => ({
  study_id: "study",
  series_instance_uid: "1.2",
  sop_instance_uid: `1.2.${n}`,
  frame: 1,
  window_center: 40,
  window_width: 80,
  caption,
  marks: [{ shape: "line", points: [[1.5, 2], [3, 4]], label: "34,2 mm" }],
});
const content = (more: Partial<RoomContent> = {}): RoomContent => ({
  after: 0,
  decision: "transfer",
  recommendation: "Lyse, dann Verlegung.",
  keyImages: [image(1), image(2)],
  ...more,
});

const seen = (by: Participant): readonly Shown[] => by.results.snapshot().others;
const sees = (by: Participant, ...sets: readonly RoomContent[]) =>
  vi.waitFor(() => expect(seen(by).map((shown) => shown.content)).toEqual(sets), within);

/** The person's socket and page are gone for good. */
async function leaves(sfu: Sfu, who: Participant): Promise<void> {
  sfu.room.leave(who.stay);
  sfu.leave(who);
  await together(sfu);
}

/** This user agrees to go on in the open. */
function agrees(stay: Stay): void {
  stay.encryption.setEncryption({ type: "lifted" });
  stay.encryption.agreeToLift();
}

/** Something of {@link content} left as it is. */
function leaked(sfu: Sfu): string[] {
  const text = sfu.seen.map((bytes) => new TextDecoder().decode(bytes)).join();
  return ["Lyse", "Blutung", "transfer", "34,2", "1.2.1"].filter((mark) => text.includes(mark));
}

async function comes(sfu: Sfu, person: string, browser?: BrowserDouble): Promise<Participant> {
  const participant = new Participant(sfu, await sfu.room.join(person, browser && { browser }));
  sfu.enter(participant);
  await together(sfu);
  return participant;
}

describe("what is shown in the room of a report", () => {
  it("reaches everybody of the team as its author's, and the server reads none of it", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    expect(anna.results.show(content())).toBeUndefined();
    await sees(ben, content());
    expect(seen(ben)[0]).toMatchObject({ author: { id: "anna", name: "Dr. anna" }, isSigned: true, isQuoted: false, after: 0 });
    await vi.waitFor(() => expect(anna.results.snapshot().isUnsent).toBe(false), within);
    expect(anna.results.snapshot()).toMatchObject({ own: { content: content() }, others: [] });
    expect(leaked(sfu)).toEqual([]);
  });

  it("changes as a whole: half of a set is no content", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.results.show(content());
    await sees(ben, content());
    const revision = seen(ben)[0]?.revision ?? 0;
    const changed = content({ decision: "treat_here", keyImages: [image(3)] });
    const halves: unknown[] = [];
    ben.results.subscribe(() => halves.push(...seen(ben).map((shown) => shown.content)));
    anna.results.show(changed);
    await sees(ben, changed);
    for (const half of halves) if (half !== undefined) expect([content(), changed]).toContainEqual(half);
    expect(halves).toContain(undefined);
    expect(seen(ben)[0]?.revision).toBeGreaterThan(revision);
    // The second image is not kept for anybody who comes later either.
    const carla = await comes(sfu, "carla");
    await sees(carla, changed);
  });

  it("is there for who joins later, also when its author has left", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    ben.results.show(content());
    await sees(anna, content());
    await leaves(sfu, ben);
    const carla = await comes(sfu, "carla");
    await sees(carla, content());
    expect(seen(carla)[0]).toMatchObject({ author: { id: "ben", name: "Dr. ben" }, isSigned: true, isQuoted: true });
    // The one who passed it on is loaded anew, and then leaves too.
    sfu.people.delete(anna.seat);
    const again = new Participant(sfu, await sfu.room.reload(anna.stay));
    sfu.enter(again);
    await together(sfu);
    await sees(again, content());
    await leaves(sfu, carla);
    await sees(await comes(sfu, "dora"), content());
  });

  it("outlives its author's reload", async () => {
    const [sfu, anna] = (await roomOf("anna")) as [Sfu, Participant];
    anna.results.show(content());
    await settle(sfu);
    // Nobody else is there who could know it.
    sfu.people.delete(anna.seat);
    const again = new Participant(sfu, await sfu.room.reload(anna.stay), [], anna.shownTab);
    sfu.enter(again);
    await together(sfu);
    const ben = await comes(sfu, "ben");
    await sees(ben, content());
    again.results.takeBack();
    await sees(ben);
  });

  it("is its author's again in another tab, to be taken back there", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    ben.results.show(content());
    await sees(anna, content());
    await leaves(sfu, ben);
    const again = await comes(sfu, "ben", ben.stay.browser);
    await vi.waitFor(() => expect(again.results.snapshot().own?.content).toEqual(content()), within);
    again.results.takeBack();
    await sees(anna);
    await settle(sfu);
    // Nobody keeps what was passed on meanwhile: it is not seen for a moment either.
    const carla = new Participant(sfu, await sfu.room.join("carla"));
    const flashes: unknown[] = [];
    carla.results.subscribe(() => flashes.push(...seen(carla)));
    sfu.enter(carla);
    await together(sfu);
    await settle(sfu);
    expect(flashes).toEqual([]);
  });

  it("is not there for who joins after it was taken back", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.results.show(content());
    await sees(ben, content());
    anna.results.takeBack();
    await sees(ben);
    expect(anna.results.snapshot().own).toBeUndefined();
    expect(anna.shownTab.read("anna")).not.toContain("Lyse");
    const carla = await comes(sfu, "carla");
    await settle(sfu);
    expect(seen(carla)).toEqual([]);
    anna.results.show(content({ decision: null }));
    await sees(carla, content({ decision: null }));
  });

  it("cannot be forged by another member, nor moved to another place", async () => {
    const [sfu, anna, ben, carla] = (await roomOf("anna", "ben", "carla")) as [Sfu, Participant, Participant, Participant];
    anna.results.show(content());
    await sees(carla, content());
    const forged = partsOf("anna", sfu.room.clock.now() + 60_000, content({ decision: "no_action", keyImages: [] }))[0];
    const said = (await ben.stay.encryption.data.say(partKey(forged), encodePart(forged))) as Bytes;
    const sealed = (await ben.stay.encryption.data.seal({ channel: "state", kind: "put", key: partKey(forged) }, encodePart(forged))) as Bytes;
    for (const payload of [said, sealed])
      for (const sender of [ben.seat, anna.seat]) carla.sealed.received({ kind: Kind.put, sender, key: partKey(forged), payload });
    for (const { key, payload } of [...sfu.kept.values()].filter(({ key }) => key.startsWith("result/anna/")))
      carla.sealed.received({ kind: Kind.put, sender: ben.seat, key: key.replace("anna", "ben"), payload });
    ben.chat.send("danach");
    await shows(carla, "danach");
    expect(seen(carla).map((shown) => [shown.author.id, shown.content])).toEqual([["anna", content()]]);
  });

  it("is nothing that a guest gets, nor anything that one says", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    const gast = new Participant(sfu, await sfu.room.join("gast", { as: "guest" }));
    for (const host of [anna, ben]) host.notes.admit("gast");
    sfu.enter(gast);
    await together(sfu);
    anna.results.show(content());
    await sees(ben, content());
    gast.results.show(content({ decision: "no_action" }));
    // A server that lets it through.
    const part = partsOf("gast", 1, content({ decision: "no_action", keyImages: [] }))[0];
    const payload = (await gast.stay.encryption.data.say(partKey(part), encodePart(part))) as Bytes;
    ben.sealed.received({ kind: Kind.put, sender: gast.seat, key: partKey(part), payload });
    gast.chat.send("da");
    await shows(ben, "da");
    expect(seen(ben).map(({ author }) => author.id)).toEqual(["anna"]);
    expect(seen(gast)).toEqual([]);
    expect(sfu.puts.some(({ seat, key }) => seat === gast.seat && key.startsWith("result/"))).toBe(false);
  });

  it("is refused before anything of it leaves, when it is too large", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.results.show(content());
    await sees(ben, content());
    await settle(sfu);
    const before = sfu.puts.length;
    const long = { shape: "line" as const, points: Array.from({ length: 200 }, () => [123.4567891234, 98.7654321]), label: "" };
    const large = (marks: number) => ({ ...image(4), marks: Array.from({ length: marks }, () => long) });
    const show = (more: Partial<RoomContent>) => anna.results.show(content(more));
    expect(show({ keyImages: [image(1), large(4)] })).toEqual({ type: "image", number: 2 });
    expect(show({ keyImages: [image(1), { ...image(2), marks: Array.from({ length: 51 }, () => long) }] })).toEqual({ type: "image", number: 2 });
    expect(show({ recommendation: "漢".repeat(5000) })).toEqual({ type: "words" });
    expect(show({ keyImages: Array.from({ length: 12 }, () => large(2)) })).toEqual({ type: "all" });
    await settle(sfu);
    expect(sfu.puts.length).toBe(before);
    await sees(ben, content());
  });

  it("fits a frame when it is as large as allowed", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    const most = content({ recommendation: "x".repeat(MAX_PART - 200), keyImages: [] });
    expect(anna.results.show(most)).toBeUndefined();
    await sees(ben, most);
    expect(Math.max(...sfu.seen.map(({ length }) => length))).toBeLessThan(16 * 1024 - 64);
  });

  it("goes as it is in a lifted room, from its author's own seat", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.results.show(content());
    await sees(ben, content());
    for (const { stay } of [anna, ben]) agrees(stay);
    const changed = content({ decision: "other" });
    anna.results.show(changed);
    await sees(ben, changed);
    expect(seen(ben)[0]).toMatchObject({ author: { name: "Dr. anna" }, isSigned: false, isVerified: true });
    const forged = partsOf("anna", sfu.room.clock.now() + 60_000, content({ keyImages: [] }))[0];
    for (const sender of [ben.seat, 99]) anna.sealed.received({ kind: Kind.put, sender, key: partKey(forged), payload: encodePart(forged) });
    ben.chat.send("danach");
    await shows(anna, "danach");
    expect(anna.results.snapshot().own?.content).toEqual(changed);
  });

  it("ignores what is no part of it", async () => {
    const [, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    for (const key of ["result/anna/words", "result/anna/0", "result/anna/12", "result/anna/x", "result/anna/ask"]) {
      const payload = (await anna.stay.encryption.data.say(key, utf8('[1,{"decision":"lobotomy"}]'))) as Bytes;
      ben.sealed.received({ kind: Kind.put, sender: anna.seat, key, payload });
    }
    anna.chat.send("danach");
    await shows(ben, "danach");
    expect(seen(ben)).toEqual([]);
  });
});

describe("what was shown to a sealed room, once that is lifted", () => {
  it("stays where it is, and leaves in the open on another press alone", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.results.show(content());
    await sees(ben, content());
    for (const { stay } of [anna, ben]) agrees(stay);
    ben.chat.send("offen");
    await shows(anna, "offen");
    // The channel is made anew: everything is put again.
    const { link } = anna;
    if (!link) throw new Error();
    anna.sealed.closed(link);
    anna.sealed.opened(link);
    await settle(sfu);
    expect(leaked(sfu)).toEqual([]);
    expect(anna.results.snapshot()).toMatchObject({ own: { content: content(), isSigned: true }, isUnsent: false });
    await sees(ben, content());
    expect(seen(ben)[0]?.isSigned).toBe(true);
    anna.results.show(content());
    await vi.waitFor(() => expect(seen(ben)[0]).toMatchObject({ content: content(), isSigned: false }), within);
    expect(leaked(sfu)).not.toEqual([]);
  });

  it("is taken back all the same", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.results.show(content());
    await sees(ben, content());
    for (const { stay } of [anna, ben]) agrees(stay);
    anna.results.takeBack();
    await sees(ben);
    expect(leaked(sfu)).toEqual([]);
  });

  it("does not leave when it could not before", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    sfu.isCongested = true;
    anna.results.show(content());
    await settle(sfu);
    expect(anna.results.snapshot().isUnsent, "nobody has it").toBe(true);
    for (const { stay } of [anna, ben]) agrees(stay);
    sfu.isCongested = false;
    anna.sealed.drained();
    anna.chat.send("offen");
    await shows(ben, "offen");
    expect(leaked(sfu)).toEqual([]);
    expect(seen(ben)).toEqual([]);
  });

  it("is taken back there too when that could not leave before", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.results.show(content());
    await sees(ben, content());
    sfu.isCongested = true;
    anna.results.takeBack();
    await settle(sfu);
    for (const { stay } of [anna, ben]) agrees(stay);
    sfu.isCongested = false;
    anna.sealed.drained();
    await sees(ben);
    await vi.waitFor(() => expect(anna.results.snapshot().isUnsent).toBe(false), within);
    expect(leaked(sfu)).toEqual([]);
  });

  it("is not passed on by others, whether its author left before or leaves then", async () => {
    const [sfu, anna, ben, carla] = (await roomOf("anna", "ben", "carla")) as [Sfu, Participant, Participant, Participant];
    for (const author of [ben, carla]) author.results.show(content());
    await vi.waitFor(() => expect(seen(anna)).toHaveLength(2), within);
    await leaves(sfu, ben);
    await settle(sfu);
    expect(sfu.puts.filter(({ seat, key }) => seat === anna.seat && key.startsWith("result/ben/")), "passed on, sealed").not.toEqual([]);
    for (const { stay } of [anna, carla]) agrees(stay);
    await settle(sfu);
    sfu.room.leave(carla.stay);
    sfu.leave(carla);
    anna.chat.send("offen");
    await settle(sfu);
    expect(new TextDecoder().decode(sfu.seen.at(-1)), "what is said now leaves in the open").toContain("offen");
    expect(leaked(sfu)).toEqual([]);
  });

  it("is its author's to take back after a reload, and not said again", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.results.show(content());
    await sees(ben, content());
    agrees(ben.stay);
    sfu.people.delete(anna.seat);
    const stay = await sfu.room.reload(anna.stay);
    agrees(stay);
    const again = new Participant(sfu, stay, [], anna.shownTab);
    sfu.enter(again);
    again.chat.send("offen");
    // What nobody seals anew any more is not waited for longer.
    sfu.room.clock.advance(SNAPSHOT_WITHIN);
    await settle(sfu);
    await settle(sfu);
    await shows(ben, "offen");
    expect(leaked(sfu)).toEqual([]);
    expect(again.results.snapshot().own?.isSigned).toBe(true);
    again.results.takeBack();
    await sees(ben);
  });

  it("comes back after a reload when it was shown in the open", async () => {
    const [sfu, anna] = (await roomOf("anna")) as [Sfu, Participant];
    agrees(anna.stay);
    anna.results.show(content());
    await vi.waitFor(() => expect(leaked(sfu)).not.toEqual([]), within);
    // The server was started anew.
    sfu.kept.clear();
    sfu.people.delete(anna.seat);
    const stay = await sfu.room.reload(anna.stay);
    agrees(stay);
    sfu.enter(new Participant(sfu, stay, [], anna.shownTab));
    await vi.waitFor(() => expect([...sfu.kept.values()].map(({ key }) => key)).toContain("result/anna/words"), within);
  });
});
