import { describe, expect, it, vi } from "vitest";
import { Kind } from "../../rtc/envelope";
import { CHAT_PREFIX, MAX_CHARS, SIGNED_BYTES } from "../../room/chat/message";
import { utf8, type Bytes } from "../bytes";
import { Room } from "../encryption/room.fixture";
import { ADMIT_PREFIX } from "./admitNotes";
import { LENGTH, Participant, roomOf, settle, Sfu, shows, together, within } from "./channels.fixture";
import { SNAPSHOT_WITHIN } from "./sealedChannels";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

describe("the sealed channels", () => {
  it("let everybody read chat and view, the server nothing", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.chat.send("Puls achtzig");
    ben.chat.send("Danke");
    await shows(ben, "Puls achtzig", "Danke");
    await shows(anna, "Puls achtzig", "Danke");
    expect(ben.chat.snapshot().messages[0]).toMatchObject({ author: { id: "anna", name: "Dr. anna" }, isQuoted: false });
    await vi.waitFor(() => expect(anna.view.snapshot().ready).toBe(true), within);
    const pointed: number[] = [];
    ben.view.onPointer((sender) => pointed.push(sender));
    anna.view.takeControl();
    anna.view.point({ x: 1, y: 2, z: 3 } as never);
    await vi.waitFor(() => expect(ben.view.snapshot().presenter).toBe(anna.seat), within);
    const text = sfu.seen.map((bytes) => new TextDecoder().decode(bytes)).join();
    for (const mark of ["Puls", "Danke", "member"]) expect(text).not.toContain(mark);
  });

  it("give a late joiner the current view and every message, also of somebody who has left", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    await vi.waitFor(() => expect(ben.view.snapshot().ready).toBe(true), within);
    ben.view.annotate("m1", LENGTH);
    ben.chat.send("Ich muss gehen");
    await shows(anna, "Ich muss gehen");
    await vi.waitFor(() => expect([...anna.view.snapshot().annotations.keys()]).toEqual(["m1"]), within);
    sfu.room.leave(ben.stay);
    sfu.leave(ben);
    await together(sfu);
    const carla = new Participant(sfu, await sfu.room.join("carla"));
    sfu.enter(carla);
    await together(sfu);
    await shows(carla, "Ich muss gehen");
    expect(carla.chat.snapshot().messages[0]).toMatchObject({ author: { id: "ben" }, isQuoted: true, isVerified: true });
    await vi.waitFor(() => expect([...carla.view.snapshot().annotations.keys()]).toEqual(["m1"]), within);
  });

  it("keep what somebody wrote who has left, also when the first of the team, who passed it on, reloads", async () => {
    const [sfu, anna, ben, carla] = (await roomOf("anna", "ben", "carla")) as [Sfu, Participant, Participant, Participant];
    carla.chat.send("Ich muss gehen");
    for (const who of [anna, ben]) await shows(who, "Ich muss gehen");
    sfu.room.leave(carla.stay);
    sfu.leave(carla);
    await together(sfu);
    await settle(sfu);
    sfu.people.delete(anna.seat);
    const again = new Participant(sfu, await sfu.room.reload(anna.stay));
    sfu.enter(again);
    await together(sfu);
    await shows(again, "Ich muss gehen");
    const dora = new Participant(sfu, await sfu.room.join("dora"));
    sfu.enter(dora);
    await together(sfu);
    await shows(dora, "Ich muss gehen");
  });

  it("bring back to somebody who reloads what they wrote themselves", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    for (const who of [anna, ben]) who.chat.send(`von ${who.stay.person}`);
    ben.view.annotate("m1", LENGTH);
    await shows(ben, "von anna", "von ben");
    await shows(anna, "von anna", "von ben");
    sfu.people.delete(ben.seat);
    const again = new Participant(sfu, await sfu.room.reload(ben.stay));
    sfu.enter(again);
    await together(sfu);
    await shows(again, "von anna", "von ben");
    await vi.waitFor(() => {
      sfu.room.clock.advance(50);
      expect([...again.view.snapshot().annotations.keys()]).toEqual(["m1"]);
    }, within);
    again.chat.send("da bin ich");
    await shows(anna, "von anna", "von ben", "da bin ich");
    // Their own again: not shown as passed on.
    expect(anna.chat.snapshot().messages.map(({ isQuoted }) => isQuoted)).toEqual([false, false, false]);
  });

  it("give a guest nothing that is older than the admission, also not when it is sealed anew", async () => {
    const [sfu, anna] = (await roomOf("anna")) as [Sfu, Participant];
    anna.chat.send("nur für das Team");
    await vi.waitFor(() => expect(sfu.kept.size).toBeGreaterThan(0), within);
    sfu.room.clock.advance(60_000);
    const gast = new Participant(sfu, await sfu.room.join("gast", { as: "guest" }));
    anna.notes.admit("gast");
    sfu.enter(gast);
    await together(sfu);
    sfu.room.clock.advance(1000);
    anna.chat.send("guten Tag");
    await shows(gast, "guten Tag");
    gast.chat.send("Merhaba");
    await shows(anna, "nur für das Team", "guten Tag", "Merhaba");
    expect(anna.chat.snapshot().messages[2]?.author).toEqual({ id: "gast", name: "Dr. gast" });
  });

  it("tell the rest of the team, signed, whom the host has let in, and the host's tab after a reload", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    ben.notes.admit("gast");
    const heard = vi.spyOn(anna.stay.encryption, "admitted");
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith("gast"), within);
    const again = await sfu.room.reload(ben.stay);
    const remembered = vi.spyOn(again.encryption, "admitted");
    new Participant(sfu, again, ben.tabMemory);
    expect(remembered).toHaveBeenCalledWith("gast");
  });

  it("refuse what stands on another seat, under another key, or is signed by somebody else", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    await vi.waitFor(() => expect(ben.view.snapshot().ready).toBe(true), within);
    anna.view.takeControl();
    anna.chat.send("echt");
    await shows(ben, "echt");
    const received = vi.spyOn(ben.view, "received");
    const texts = ben.texts();
    const all = [...sfu.kept.values()].filter(({ sender }) => sender === anna.seat);
    expect(all.length).toBeGreaterThan(1);
    for (const { key, payload } of all) {
      // Once more, from another seat, in another place.
      ben.sealed.received({ kind: Kind.put, sender: anna.seat, key, payload });
      ben.sealed.received({ kind: Kind.put, sender: 99, key, payload });
      ben.sealed.received({ kind: Kind.put, sender: anna.seat, key: key.replace("anna", "ben").replace("presenter", "vp/0"), payload });
    }
    const said = (await anna.stay.encryption.data.say(`${CHAT_PREFIX}ben/00000000/0`, utf8("[9,1,null]"))) as Bytes;
    ben.sealed.received({ kind: Kind.put, sender: anna.seat, key: `${CHAT_PREFIX}ben/00000000/0`, payload: said });
    anna.chat.send("danach");
    await shows(ben, ...texts, "danach");
    expect(received).not.toHaveBeenCalled();
  });

  it("hold what comes before its keys, and let nothing leave before there are any", async () => {
    const sfu = new Sfu(await Room.open());
    const stay = await sfu.room.join("anna");
    const anna = new Participant(sfu, stay);
    const opened = vi.spyOn(anna.chat, "opened");
    sfu.enter(anna);
    expect(opened).not.toHaveBeenCalled();
    anna.chat.send("wartet");
    expect(sfu.seen).toEqual([]);
    await together(sfu);
    await vi.waitFor(() => expect(sfu.seen.length).toBeGreaterThan(0), within);
    await shows(anna, "wartet");
  });

  it("do not wait for ever for what nobody seals anew", async () => {
    const [sfu] = (await roomOf("anna")) as [Sfu, Participant];
    const ben = new Participant(sfu, await sfu.room.join("ben"));
    await vi.waitFor(() => expect(ben.stay.state.status).toBe("sealed"), within);
    sfu.kept.set("7 vp/9", { sender: 7, key: "vp/9", payload: utf8("of an epoch that is over, or nonsense"), writtenAt: 0 });
    sfu.kept.set("1 vp/8", { sender: 1, key: "vp/8", payload: Uint8Array.of(0x99, 1, 2, 3, 4, 5, 6, 7, 8, 9), writtenAt: 0 });
    sfu.enter(ben);
    await vi.waitFor(() => {
      sfu.room.clock.advance(SNAPSHOT_WITHIN);
      expect(ben.view.snapshot().ready).toBe(true);
    }, within);
  });

  it("seal again what was congested, in order, and keep to the newest of each key", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    await vi.waitFor(() => expect(anna.view.snapshot().ready).toBe(true), within);
    sfu.isCongested = true;
    for (let i = 0; i < 80; i += 1) anna.chat.send(`${i}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ben.texts()).toEqual([]);
    sfu.isCongested = false;
    anna.sealed.drained();
    await shows(ben, ...Array.from({ length: 80 }, (_, i) => `${i}`));
  });

  it("carry the longest message in a script of three bytes a character", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    const text = "漢".repeat(MAX_CHARS);
    anna.chat.send(text);
    await shows(ben, text);
    const longest = Math.max(...sfu.seen.map(({ length }) => length));
    expect(longest).toBeLessThan(16 * 1024 - 64);
    expect(longest - MAX_CHARS * 3).toBeLessThan(SIGNED_BYTES + 256);
  });

  it("are as they are in a lifted room", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    anna.chat.send("versiegelt");
    await shows(ben, "versiegelt");
    for (const { stay } of [anna, ben]) {
      stay.encryption.setEncryption({ type: "lifted" });
      stay.encryption.agreeToLift();
    }
    anna.chat.send("offen");
    await shows(ben, "versiegelt", "offen");
    await vi.waitFor(() => {
      const text = sfu.seen.map((bytes) => new TextDecoder().decode(bytes)).join();
      // What was said before is put anew, so that those without encryption can read it.
      for (const mark of ["offen", "versiegelt"]) expect(text).toContain(mark);
    }, within);
  });

  it("a newcomer does not wait 3 s because somebody has left", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    ben.chat.send("Ich muss gehen");
    await shows(anna, "Ich muss gehen");
    sfu.room.leave(ben.stay);
    sfu.leave(ben);
    await together(sfu);
    const carla = new Participant(sfu, await sfu.room.join("carla"));
    sfu.enter(carla);
    await together(sfu);
    await vi.waitFor(() => expect(carla.view.snapshot().ready).toBe(true), within);
  });

  it("who agrees to the lifting later gets what was written meanwhile", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    for (const { stay } of [anna, ben]) stay.encryption.setEncryption({ type: "lifted" });
    anna.stay.encryption.agreeToLift();
    anna.chat.send("offen");
    await vi.waitFor(() => expect(sfu.seen.map((b) => new TextDecoder().decode(b)).join()).toContain("offen"), within);
    await settle(sfu);
    ben.stay.encryption.agreeToLift();
    await vi.waitFor(() => expect(ben.texts()).toEqual(["offen"]), within);
  });

  it("an epoch does not make the keeper put what its authors put themselves", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    await vi.waitFor(() => expect(ben.view.snapshot().ready).toBe(true), within);
    for (let i = 0; i < 5; i += 1) ben.chat.send(`${i}`);
    ben.view.annotate("m1", LENGTH);
    await vi.waitFor(() => expect(anna.texts().length).toBe(5), within);
    await settle(sfu);
    sfu.puts.length = 0;
    const carla = new Participant(sfu, await sfu.room.join("carla"));
    sfu.enter(carla);
    await together(sfu);
    await settle(sfu);
    const doubled = sfu.puts.filter(({ seat, key }) => seat === anna.seat && (key.startsWith("chat/ben/") || key === "ann/m1"));
    expect(doubled.map(({ key }) => key)).toEqual([]);
  });

  it("a channel that opens after the group gives everything in the order of keys", async () => {
    const [sfu, anna, aaron] = (await roomOf("anna", "aaron")) as [Sfu, Participant, Participant];
    aaron.chat.send("Ich muss gehen");
    await shows(anna, "Ich muss gehen");
    for (let i = 0; i < 70; i += 1) anna.chat.send(`${i}`);
    await vi.waitFor(() => expect(anna.texts().length).toBe(71), within);
    await settle(sfu);
    sfu.room.leave(aaron.stay);
    sfu.leave(aaron);
    await together(sfu);
    const carla = new Participant(sfu, await sfu.room.join("carla"));
    await vi.waitFor(() => expect([carla.stay.state.status, anna.stay.people().length]).toEqual(["sealed", 2]), within);
    await settle(sfu);
    sfu.enter(carla);
    await vi.waitFor(() => {
      sfu.room.clock.advance(50);
      expect(anna.texts().filter((text) => !carla.texts().includes(text))).toEqual([]);
    }, within);
  });

  it("an admission is known to those who come after the host has left", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    const heard = vi.spyOn(anna.stay.encryption, "admitted");
    ben.notes.admit("gast");
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith("gast"), within);
    sfu.room.leave(ben.stay);
    sfu.leave(ben);
    await together(sfu);
    const stay = await sfu.room.join("carla");
    const told = vi.spyOn(stay.encryption, "admitted");
    sfu.enter(new Participant(sfu, stay));
    await together(sfu);
    await vi.waitFor(() => expect(told).toHaveBeenCalledWith("gast"), within);
  });

  it("a guest who was sent out is taken out of the group, and nobody adds them again, whatever the server says", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    const gast = new Participant(sfu, await sfu.room.join("gast", { as: "guest" }));
    anna.notes.admit("gast");
    sfu.enter(gast);
    await together(sfu);
    // The seat stays; the server plays along with the guest.
    ben.notes.withdraw("gast");
    const isOut = () => {
      sfu.room.clock.advance(200);
      for (const { stay } of [anna, ben]) expect(stay.people().sort()).toEqual(["anna", "ben"]);
    };
    await vi.waitFor(isOut, within);
    anna.notes.admit("gast");
    await sfu.room.reload(gast.stay);
    await settle(sfu);
    isOut();
    expect(anna.tabMemory).toEqual([]);
  });

  it("a guest lets nobody in, whatever the server relays", async () => {
    const [sfu, anna] = (await roomOf("anna")) as [Sfu, Participant];
    const gast = new Participant(sfu, await sfu.room.join("gast", { as: "guest" }));
    anna.notes.admit("gast");
    sfu.enter(gast);
    await together(sfu);
    const heard = vi.spyOn(anna.stay.encryption, "admitted");
    const key = `${ADMIT_PREFIX}friend`;
    const said = (await gast.stay.encryption.data.say(key, utf8("admitted"))) as Bytes;
    anna.sealed.received({ kind: Kind.put, sender: gast.seat, key, payload: said });
    gast.chat.send("da");
    await shows(anna, "da");
    expect(heard).not.toHaveBeenCalledWith("friend");
  });

  it("an epoch in the middle of a snapshot loses nothing", async () => {
    const [sfu, anna, ben] = (await roomOf("anna", "ben")) as [Sfu, Participant, Participant];
    for (let i = 0; i < 6; i += 1) anna.chat.send(`a${i}`), ben.chat.send(`b${i}`);
    await vi.waitFor(() => expect(anna.texts().length).toBe(12), within);
    await settle(sfu);
    const carla = new Participant(sfu, await sfu.room.join("carla"));
    const all = [...sfu.kept.values()];
    sfu.people.set(carla.seat, carla);
    carla.sealed.seat(carla.seat);
    for (const each of sfu.people.values()) each.sealed.roster([...sfu.people.keys()]);
    carla.sealed.opened(sfu.link(carla));
    for (const kept of all.slice(0, all.length / 2)) sfu.give(carla, kept);
    const dora = new Participant(sfu, await sfu.room.join("dora"));
    sfu.enter(dora);
    for (const kept of all.slice(all.length / 2)) sfu.give(carla, kept);
    carla.sealed.received({ kind: Kind.endOfSnapshot, sender: 0, key: "", payload: new Uint8Array() });
    await together(sfu);
    await vi.waitFor(() => {
      sfu.room.clock.advance(50);
      for (const who of [carla, dora]) expect([...who.texts()].sort()).toEqual([...anna.texts()].sort());
    }, within);
  });
});
