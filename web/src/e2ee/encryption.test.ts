import { describe, expect, it, vi } from "vitest";
import { toBase64Url } from "./base64url";
import { utf8, type Bytes } from "./bytes";
import type { Place } from "./data/sealed";
import { UPDATE_APART, UPDATE_EVERY } from "./delivery/machine";
import { Encryption } from "./encryption";
import type { Attestation } from "./group/attestation";
import { attestationOf, CONSULT, Installation, NOW } from "./group/fixture";
import { encodeQuotation, quote } from "./group/quotation";
import { makeDevice } from "./group/device";
import { WAIT_FOR_KEY } from "./media/patience";
import { decodeHeader } from "./sframe/header";
import { ASK_AGAIN, RENEW_BEFORE } from "./encryption/renewal";
import { BrowserDouble, MemoryDouble, Room, WorkerDouble, type Stay } from "./encryption/room.fixture";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const within = { timeout: 30_000, interval: 5 };

/** Waits until all of them, and nobody else, are in one epoch. */
async function together(...stays: readonly Stay[]): Promise<void> {
  const people = stays.map(({ person }) => person).sort();
  await vi.waitFor(() => {
    for (const stay of stays) expect([stay.state.status, stay.people().sort()]).toEqual(["sealed", people]);
    expect(new Set(stays.map(({ state }) => `${state.generation}:${state.epoch}`)).size).toBe(1);
    for (const stay of stays) expect(stay.encryption.data.version()).toBeDefined();
  }, within);
}

async function roomOf(...people: readonly string[]): Promise<[Room, ...Stay[]]> {
  const room = await Room.open();
  const stays: Stay[] = [];
  for (const person of people) {
    stays.push(await room.join(person));
    await together(...stays);
  }
  return [room, ...stays];
}

const FRAME = utf8("forty bytes of speech, more or less loud");
const VIEW: Place = { channel: "state", kind: "put", key: "vp/0" };

async function three(): Promise<[Room, Stay, Stay, Stay]> {
  return (await roomOf("anna", "ben", "carla")) as [Room, Stay, Stay, Stay];
}

async function two(): Promise<[Room, Stay, Stay]> {
  return (await roomOf("anna", "ben")) as [Room, Stay, Stay];
}

/** A frame that leaves at `from` is heard at `to`, at once. */
async function expectHeard(from: Stay, ...to: readonly Stay[]): Promise<void> {
  await vi.waitFor(async () => {
    const sealed = (await from.frame(FRAME)) as Bytes;
    expect(sealed).toBeInstanceOf(Uint8Array);
    for (const each of to) expect(await each.show(sealed, from.person)).toEqual(FRAME);
  }, within);
}

describe("those in a room", () => {
  it("have the same words, and hear each other in the right tile alone", async () => {
    const [, anna, ben, carla] = await three();
    const words = await Promise.all([anna, ben, carla].map(({ encryption }) => encryption.words()));
    expect(new Set(words.map(String)).size).toBe(1);
    expect(words[0]).toHaveLength(8);
    await expectHeard(anna, ben, carla);
    await expectHeard(carla, anna, ben);
    expect(await ben.show((await anna.frame(FRAME)) as Bytes, "carla")).toBe("other_leaf");
    expect(anna.state.members.map(({ attestation }) => attestation.name)).toEqual(["Dr. anna", "Dr. ben", "Dr. carla"]);
  });

  it("send nothing before they are in the group", async () => {
    const room = await Room.open();
    const anna = await room.join("anna");
    expect(anna.state.status).toBe("required");
    expect(await anna.frame(FRAME)).toBeUndefined();
    expect(await anna.encryption.data.seal(VIEW, utf8("x"))).toBeUndefined();
    expect(await anna.encryption.data.say("chat/1", utf8("x"))).toBeUndefined();
    expect(anna.encryption.data.version()).toBeUndefined();
    await together(anna);
    await vi.waitFor(async () => expect(await anna.frame(FRAME)).toBeDefined(), within);
  });

  it("go on without whoever leaves, who opens nothing of what comes then, and holds no key", async () => {
    const [room, anna, ben, carla] = await three();
    const [before, words] = [anna.state.epoch, String(await anna.encryption.words())];
    carla.encryption.media.expect("tile of anna", "anna");
    room.leave(carla);
    expect([carla.state.status, carla.people(), carla.worker.hasEnded]).toEqual(["required", [], true]);
    expect(await carla.frame(FRAME)).toBeUndefined();
    await together(anna, ben);
    expect(anna.state.epoch).toBeGreaterThan(before);
    expect(String(await anna.encryption.words())).not.toBe(words);
    await expectHeard(anna, ben);
    const sealed = (await anna.frame(FRAME)) as Bytes;
    const opened = carla.worker.hoard.opener("tile of anna").open("opus", sealed, room.clock.elapsed());
    // Carla waits for the key in vain.
    room.clock.advance(WAIT_FOR_KEY);
    expect(await opened).toBe("no_key");
    const value = (await anna.encryption.data.seal(VIEW, utf8("x"))) as Bytes;
    expect(await carla.encryption.data.open(VIEW, value)).toEqual({ ok: false, fault: "no_key" });
  });

  it("have somebody back who loaded the page anew, with the same key", async () => {
    const [room, anna, ben] = await two();
    const key = anna.state.members[1]?.key;
    const again = await room.reload(ben);
    await together(anna, again);
    expect(anna.state.members.find(({ attestation }) => attestation.person === "ben")?.key).toBe(key);
    expect(anna.state.announced).toEqual([]);
    await expectHeard(anna, again);
    await expectHeard(again, anna);
  });

  it("keep somebody who lost the network, and go on hearing each other meanwhile", async () => {
    const [room, anna, ben] = await two();
    const { epoch } = anna.state;
    room.lose(ben);
    await expectHeard(anna, ben);
    const carla = await room.join("carla");
    await vi.waitFor(() => expect(carla.people()).toEqual(["anna", "ben", "carla"]), within);
    expect(ben.state.epoch).toBe(epoch);
    room.open(ben, ben.seat);
    await together(anna, ben, carla);
    await expectHeard(carla, ben);
    await expectHeard(ben, anna, carla);
  });

  it("renew their keys when the time has come, and lose no frame over it", async () => {
    const [room, anna, ben] = await two();
    const { epoch } = anna.state;
    await expectHeard(anna, ben);
    const [early, late] = [(await anna.frame(FRAME)) as Bytes, (await anna.frame(FRAME)) as Bytes];
    expect(await ben.show(early, "anna")).toEqual(FRAME);
    room.clock.advance(UPDATE_EVERY);
    await vi.waitFor(() => expect([anna.state.epoch, ben.state.epoch]).toEqual([epoch + 1, epoch + 1]), within);
    expect(await ben.show(late, "anna")).toEqual(FRAME);
    await expectHeard(anna, ben);
    await expectHeard(anna, ben);
  });
});

describe("a guest", () => {
  it("is added once the team let it in, and not because the service says so", async () => {
    const [room, anna, ben] = await two();
    const guest = await room.join("guest", { as: "guest" });
    // Somebody of the team who comes later is added past the guest.
    const carla = await room.join("carla");
    await together(anna, ben, carla);
    expect(guest.state.status).toBe("required");
    anna.encryption.admitted("guest");
    await together(anna, ben, carla, guest);
    await expectHeard(guest, anna, ben, carla);
    expect(guest.state.members.map(({ attestation }) => attestation.role)).toContain("guest");
  });
});

describe("what is shared", () => {
  it("opens at the place that it was sealed for, and says who sealed it", async () => {
    const [, anna, ben] = await two();
    const sealed = (await anna.encryption.data.seal(VIEW, utf8("slice 7"))) as Bytes;
    expect(await ben.encryption.data.open({ ...VIEW, key: "vp/1" }, sealed)).toEqual({ ok: false, fault: "forged" });
    expect(await ben.encryption.data.open({ ...VIEW, kind: "ephemeral" }, sealed)).toMatchObject({ ok: false });
    const opened = await ben.encryption.data.open(VIEW, sealed);
    expect(opened).toEqual({ ok: true, person: "anna", payload: utf8("slice 7") });
  });

  it("is to be sealed anew with every epoch, which is told; an old value still opens for a while", async () => {
    const [room, anna, ben] = await two();
    const sealed = (await anna.encryption.data.seal(VIEW, utf8("slice 7"))) as Bytes;
    const before = anna.encryption.data.version();
    const told = vi.fn();
    anna.encryption.data.subscribe(told);
    await together(anna, ben, await room.join("carla"));
    expect(told).toHaveBeenCalled();
    expect(anna.encryption.data.version()).not.toBe(before);
    expect(await ben.encryption.data.open(VIEW, sealed)).toMatchObject({ ok: true, person: "anna" });
  });
});

describe("what is said", () => {
  it("is its signer's, at its place alone, and heard once", async () => {
    const [, anna, ben] = await two();
    const said = (await anna.encryption.data.say("chat/1", utf8("Lyse ja"))) as Bytes;
    const heard = await ben.encryption.data.hear("chat/1", said);
    expect(heard).toMatchObject({ ok: true, author: { person: "anna", name: "Dr. anna" }, isQuoted: false });
    expect(heard.ok && heard.payload).toEqual(utf8("Lyse ja"));
    expect(await ben.encryption.data.hear("chat/1", said)).toEqual({ ok: false, fault: "not_opened" });
    const other = (await anna.encryption.data.say("chat/2", utf8("Lyse nein"))) as Bytes;
    expect(await ben.encryption.data.hear("chat/1", other)).toEqual({ ok: false, fault: "other_place" });
  });

  it("is passed on as its author's to those who come after the author has left", async () => {
    const [room, anna, ben] = await two();
    const said = (await anna.encryption.data.say("chat/1", utf8("Lyse ja"))) as Bytes;
    const heard = await ben.encryption.data.hear("chat/1", said);
    if (!heard.ok || !heard.quotation) throw new Error();
    room.leave(anna);
    await together(ben);
    const carla = await room.join("carla");
    await together(ben, carla);
    const again = (await ben.encryption.data.sayAgain("chat/1", heard.quotation)) as Bytes;
    const late = await carla.encryption.data.hear("chat/1", again);
    expect(late).toMatchObject({ ok: true, author: { person: "anna", name: "Dr. anna" }, isQuoted: true });
    // Nobody is quoted with what they said elsewhere.
    const moved = (await ben.encryption.data.sayAgain("chat/9", heard.quotation)) as Bytes;
    expect(await carla.encryption.data.hear("chat/9", moved)).toEqual({ ok: false, fault: "quotation_forged" });
  });

  it("is not passed on under a key that somebody who was here never had, whoever attests it", async () => {
    const [room, anna, ben] = await two();
    const device = await makeDevice();
    const attestation = await room.installation.attest(attestationOf("ben", device.publicKey));
    const forged = encodeQuotation(await quote({ device, attestation }, CONSULT, "chat/1", utf8("stop")));
    const said = (await anna.encryption.data.sayAgain("chat/1", forged)) as Bytes;
    // Neither at Ben himself.
    expect(await ben.encryption.data.hear("chat/1", said)).toEqual({ ok: false, fault: "quotation_forged" });
  });

  it("is nothing when it is a commit: what comes on a data channel moves no group", async () => {
    const [room, anna, ben] = await two();
    const commits: string[] = [];
    const { send } = anna.encryption;
    // Anna's commit is held back from the service, and comes to Ben in a line of chat.
    anna.encryption.send = (message) => (message.type === "commit" ? void commits.push(message.commit) : send(message));
    room.clock.advance(UPDATE_EVERY);
    await vi.waitFor(() => expect(commits).not.toEqual([]), within);
    const before = ben.state.epoch;
    const bytes = Uint8Array.from(Buffer.from(commits[0] ?? "", "base64url"));
    expect(await ben.encryption.data.hear("chat/1", bytes)).toEqual({ ok: false, fault: "malformed" });
    expect(ben.state.epoch).toBe(before);
  });
});

describe("a key that is another one than before", () => {
  it("is announced to those who have compared the words, until they have read it", async () => {
    const [room, anna, ben] = await two();
    anna.encryption.confirm();
    expect(anna.encryption.standing("ben")).toBe("checked");
    room.leave(ben);
    await together(anna);
    const other = await room.join("ben");
    await together(anna, other);
    const key = anna.state.members.find(({ attestation }) => attestation.person === "ben")?.key;
    expect(anna.state.announced).toEqual([{ person: "ben", key }]);
    expect(anna.encryption.standing("ben")).toBe("changed");
    anna.encryption.acknowledge();
    expect([anna.state.announced, anna.encryption.standing("ben")]).toEqual([[], "changed"]);
    anna.encryption.confirm();
    expect(anna.encryption.standing("ben")).toBe("checked");
    anna.encryption.distrust();
    expect(anna.encryption.standing("ben")).toBe("changed");
  });

  it("is announced to everybody when it changes within a stay", async () => {
    const [room, anna, ben] = await two();
    room.leave(ben);
    await together(anna);
    await together(anna, await room.join("ben"));
    expect(anna.state.announced).toHaveLength(1);
  });

  it("is announced too when it is the installation's", async () => {
    const browser = await BrowserDouble.make();
    browser.memory.authority.write("another");
    const room = await Room.open();
    const anna = await room.join("anna", { browser });
    expect(anna.state.isAuthorityNew).toBe(true);
    anna.encryption.acknowledge();
    expect(anna.state.isAuthorityNew).toBe(false);
    const again = await room.join("anna", { browser });
    expect(again.state.isAuthorityNew).toBe(false);
  });
});

describe("words that do not agree", () => {
  it("are remembered over a reload and over leaving, until they agree", async () => {
    const [room, anna, ben] = await two();
    expect(anna.state.differs).toBe(false);
    anna.encryption.distrust();
    expect([anna.state.differs, ben.state.differs]).toEqual([true, false]);
    const again = await room.reload(anna);
    await together(again, ben);
    expect(again.state.differs).toBe(true);
    again.encryption.acknowledge();
    expect(again.state.differs).toBe(true);
    again.encryption.confirm();
    expect(again.state.differs).toBe(false);
    expect((await room.reload(again)).state.differs).toBe(false);
  });
});

describe("somebody who stays longer than an attestation lasts", () => {
  const HOUR = 3_600_000;

  it("is attested anew in time, and taken by those who come when the first one is over", async () => {
    const room = await Room.open();
    // The library holds key packages against the real clock: within a day.
    room.validFor = 12 * HOUR;
    const [anna, ben] = [await room.join("anna"), await room.join("ben")];
    await together(anna, ben);
    const renewed: Promise<boolean>[] = [];
    for (const each of [anna, ben]) each.encryption.renew = () => void renewed.push(each.askForTicket());
    const keys = () => anna.state.members.map(({ key }) => key);
    const before = keys();
    /** Each renews its keys. */
    const renewal = async (after: number) => {
      const { epoch } = anna.state;
      room.clock.advance(after);
      await vi.waitFor(() => expect([anna.state.epoch, ben.state.epoch]).toEqual([epoch + 2, epoch + 2]), within);
      await together(anna, ben);
    };
    await renewal(12 * HOUR - RENEW_BEFORE);
    expect(renewed).toHaveLength(2);
    await Promise.all(renewed);
    await renewal(UPDATE_EVERY + 2 * UPDATE_APART);
    for (const { state } of [anna, ben])
      for (const { attestation } of state.members) expect(attestation.expires).toBe(NOW + 24 * HOUR - RENEW_BEFORE);
    expect(keys()).toEqual(before);
    expect([anna.state.announced, ben.state.announced]).toEqual([[], []]);
    room.clock.advance(13 * HOUR - room.clock.elapsed());
    const carla = await room.join("carla");
    await together(anna, ben, carla);
    expect([anna, ben, carla].map(({ state }) => state.fault)).toEqual([undefined, undefined, undefined]);
    await expectHeard(anna, ben, carla);
  });

  it("asks again when the server had none, and no more once the stay is over", async () => {
    const [room, anna] = await two();
    const renew = vi.fn();
    anna.encryption.renew = renew;
    room.clock.advance(24 * HOUR - RENEW_BEFORE);
    room.clock.advance(ASK_AGAIN);
    expect(renew).toHaveBeenCalledTimes(2);
    anna.encryption.leave();
    room.clock.advance(24 * HOUR);
    expect(renew).toHaveBeenCalledTimes(2);
  });
});

describe("a ticket whose attestation does not check", () => {
  const HOUR = 3_600_000;

  it("changes nothing of what the browser remembers, whoever it names", async () => {
    const room = await Room.open();
    const browser = await BrowserDouble.make();
    const { device } = browser;
    await browser.claim("anna");
    const check = { person: "ben", key: "00", at: NOW };
    browser.memory.checksOf("anna").write({ checks: [check], differs: [CONSULT] });
    browser.memory.authority.write("another");
    const anna = await room.stayOf("anna", { browser });
    await anna.encryption.deviceKey();
    const forged = await room.installation.attest(attestationOf("zoe", device.publicKey));
    const attestation = new TextDecoder().decode(forged).replace(/[^.]*$/, "AAAA");
    const authority = toBase64Url(room.installation.trust.authority);
    await expect(anna.encryption.attested({ attestation, authority })).rejects.toThrow("attestation_unknown");
    await expect(anna.encryption.attested({ attestation, authority: "!" })).rejects.toThrow("attestation_unknown");
    await expect(anna.encryption.attested({ attestation: "x", authority })).rejects.toThrow("attestation_malformed");
    expect([browser.device, browser.owner, browser.memory.authority.read()]).toEqual([device, "anna", "another"]);

    await anna.askForTicket();
    room.open(anna, 9);
    expect([anna.state.isAuthorityNew, anna.state.differs]).toEqual([true, true]);
    const ben = await room.join("ben");
    await together(anna, ben);
    expect(anna.state.announced).toMatchObject([{ person: "ben" }]);
  });

  it("shows the group nothing of it, and the stay goes on with what it has", async () => {
    const [room, anna, ben] = await two();
    const shown = ben.state.members[0]?.attestation;
    room.clock.advance(1);
    const others: [Partial<Attestation>, string][] = [
      [{ key: (await makeDevice()).publicKey }, "attestation_other_key"],
      [{ expires: NOW - HOUR }, "attestation_not_valid_now"],
      [{ consult: "another" }, "attestation_other_consult"],
      [{ role: "guest", consult: CONSULT }, "attestation_other_role"],
      [{ person: "zoe" }, "attestation_other_person"],
    ];
    for (const [but, code] of others) {
      await expect(anna.askForTicket(but)).rejects.toThrow(code);
      expect([anna.state.fault, anna.state.status]).toEqual([code, "sealed"]);
    }
    await expect(anna.askForTicket({}, await Installation.make())).rejects.toThrow("authority_changed");
    expect([anna.browser.owner, anna.encryption.standing("ben")]).toEqual(["anna", "unknown"]);
    const { epoch } = anna.state;
    room.clock.advance(UPDATE_EVERY);
    await vi.waitFor(() => expect([anna.state.epoch, ben.state.epoch]).toEqual([epoch + 1, epoch + 1]), within);
    expect(ben.state.members[0]?.attestation).toEqual(shown);
    await expectHeard(anna, ben);
    // The next good one is taken again, and nothing is said of those before.
    await expect(anna.askForTicket({ person: "zoe" })).rejects.toThrow("attestation_other_person");
    await anna.askForTicket();
    expect(anna.state.fault).toBeUndefined();
    room.clock.advance(2 * UPDATE_EVERY);
    await vi.waitFor(() => expect(ben.state.members[0]?.attestation.notBefore).toBeGreaterThan(NOW), within);
  });

  it("fixes nothing: of two that come together the first one holds", async () => {
    const room = await Room.open();
    const anna = await room.stayOf("anna");
    const both = [anna.askForTicket(), anna.askForTicket({}, await Installation.make())];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(anna.state.fault).toBe("authority_changed");
  });
});

describe("somebody else who signs in in the same browser", () => {
  it("has another key and own checks, and nothing of the person before is shown or lost", async () => {
    const [room, anna, ben] = await two();
    anna.encryption.confirm();
    anna.encryption.distrust();
    anna.encryption.confirm();
    const { browser } = anna;
    const [{ device }, mine] = [browser, browser.memory.checksOf("anna").read()];
    expect(mine.checks).toHaveLength(1);

    const zoe = await room.stayOf("zoe", { browser });
    expect(await zoe.askForTicket()).toBe(false);
    expect(await zoe.askForTicket()).toBe(true);
    expect([zoe.state.fault, zoe.state.announced, zoe.state.isAuthorityNew]).toEqual([undefined, [], false]);
    expect(browser.device).not.toBe(device);
    room.open(zoe, 3);
    await together(anna, ben, zoe);
    expect(zoe.encryption.standing("ben")).toBe("unknown");
    // Each agrees for themselves, also in two windows.
    anna.encryption.confirm();
    expect(browser.memory.checksOf("zoe").read().checks).toEqual([]);
    expect(browser.memory.checksOf("anna").read().checks.map(({ person }) => person).sort()).toEqual(["ben", "zoe"]);
    zoe.encryption.distrust();
    expect([anna.state.differs, anna.encryption.standing("ben")]).toEqual([false, "checked"]);
  });

  it("in a running stay takes nobody's place there: the group stays, and who was let in or sent out", async () => {
    const [room, anna, ben] = await two();
    anna.encryption.admitted("guest");
    anna.encryption.withdrawn("sent out");
    const { generation, epoch } = anna.state;
    await expect(anna.askForTicket({ person: "ben" })).rejects.toThrow("attestation_other_person");
    expect([anna.state.generation, anna.state.epoch, anna.people()]).toEqual([generation, epoch, ["anna", "ben"]]);
    // Over another socket the service is told of a later attempt than before, and answers.
    room.lose(anna);
    await anna.askForTicket();
    room.open(anna, anna.seat);
    const guest = await room.join("guest", { as: "guest" });
    await together(anna, ben, guest);
    ben.encryption.admitted("sent out");
    room.leave(ben);
    await together(anna, guest);
    const out = await room.join("sent out", { as: "guest" });
    anna.encryption.admitted("sent out");
    const carla = await room.join("carla");
    await together(anna, guest, carla);
    expect(out.state.status).toBe("required");
  });

  it("stops nothing in a room that was opened", async () => {
    const [, anna] = await two();
    anna.encryption.agreeToLift();
    anna.encryption.setEncryption({ type: "lifted" });
    await expect(anna.askForTicket({ person: "zoe" })).rejects.toThrow("attestation_other_person");
    expect([anna.state.status, anna.encryption.data.version() === undefined]).toEqual(["lifted", false]);
    expect(await anna.frame(FRAME)).toEqual(FRAME);
    await anna.askForTicket();
    expect(anna.state.fault).toBeUndefined();
  });

  it("does not bring back a stay that is over", async () => {
    const room = await Room.open();
    const browser = await BrowserDouble.make();
    const anna = await room.stayOf("anna", { browser });
    const sent = vi.fn();
    anna.encryption.send = sent;
    anna.encryption.renew = sent;
    anna.encryption.online(1);
    // The page is left while it is looked up whose the device is.
    const { device } = browser;
    browser.claim = async () => (anna.encryption.leave(), device);
    expect(await anna.askForTicket()).toBe(true);
    expect(await anna.askForTicket()).toBe(true);
    anna.encryption.online(1);
    room.clock.advance(24 * 3_600_000);
    expect([sent.mock.calls, anna.state.status, anna.encryption.data.version()]).toEqual([[], "required", undefined]);
  });
});

describe("a worker that dies", () => {
  it("is replaced, with the keys of the epoch and others to seal with, and the group goes on", async () => {
    const [, anna, ben] = await two();
    await expectHeard(anna, ben);
    const { epoch } = anna.state;
    const kid = async () => decodeHeader((await anna.frame(FRAME)) ?? new Uint8Array(0))?.kid;
    const before = await kid();
    const dead = anna.worker;
    dead.die();
    expect(anna.worker).not.toBe(dead);
    expect([anna.state.mediaLosses, anna.state.status, anna.state.epoch]).toEqual([1, "sealed", epoch]);
    await expectHeard(anna, ben);
    expect(await kid()).toBeDefined();
    expect(await kid()).not.toBe(before);
    await expectHeard(ben, anna);
  });
});

describe("a room that was opened without encryption", () => {
  it("lets everything pass as it is, and opens what was sealed before", async () => {
    const [, anna, ben] = await two();
    const { data } = ben.encryption;
    const [sealed, frame] = [
      (await anna.encryption.data.seal(VIEW, utf8("x"))) as Bytes,
      (await anna.frame(FRAME)) as Bytes,
    ];
    const said = (await anna.encryption.data.say("chat/1", utf8("y"))) as Bytes;
    const before = data.version();
    // The one who does it has agreed; the other is asked, and nothing changes before the answer.
    anna.encryption.agreeToLift();
    for (const each of [anna, ben]) each.encryption.setEncryption({ type: "lifted" });
    expect([ben.state.status, ben.state.isLiftOffered, anna.state.status]).toEqual(["sealed", true, "lifted"]);
    expect(await ben.show(FRAME, "anna")).not.toEqual(FRAME);
    expect(await ben.encryption.data.seal(VIEW, utf8("z"))).not.toEqual(utf8("z"));
    expect(await ben.frame(FRAME)).toBeUndefined();
    ben.encryption.agreeToLift();
    expect([ben.state.status, data.version() === before]).toEqual(["lifted", false]);

    expect(await anna.frame(FRAME)).toEqual(FRAME);
    expect(await ben.show(FRAME, "anna")).toEqual(FRAME);
    expect(await ben.show(frame, "anna")).toEqual(FRAME);
    expect(await anna.encryption.data.seal(VIEW, utf8("z"))).toEqual(utf8("z"));
    expect(await data.open(VIEW, utf8("z"))).toEqual({ ok: true, person: undefined, payload: utf8("z") });
    expect(await data.open(VIEW, sealed)).toEqual({ ok: true, person: "anna", payload: utf8("x") });
    expect(await anna.encryption.data.say("chat/2", utf8("w"))).toEqual(utf8("w"));
    expect(await data.hear("chat/2", utf8("w"))).toMatchObject({ ok: true, author: undefined, payload: utf8("w") });
    expect(await data.hear("chat/1", said)).toMatchObject({ ok: true, author: { person: "anna" } });
    // For good.
    ben.encryption.setEncryption({ type: "required" });
    expect(ben.state.status).toBe("lifted");
    ben.encryption.leave();
    expect(await ben.frame(FRAME)).toBeUndefined();
  });

  it("takes somebody whose browser cannot encrypt, and nobody else does", async () => {
    const { clock } = await Room.open();
    const start = vi.fn(() => new WorkerDouble(clock));
    const old = new Encryption({
      consult: CONSULT,
      isAble: false,
      device: () => Promise.reject(new Error("none")),
      claim: () => Promise.reject(new Error("none")),
      worker: start,
      now: clock.now,
      elapsed: clock.elapsed,
      after: clock.after,
      memory: new MemoryDouble(),
    });
    expect(await old.deviceKey()).toBeUndefined();
    expect(() => old.media.seal({} as RTCRtpSender, "mic")).toThrow();
    old.setEncryption({ type: "lifted" });
    old.media.seal({} as RTCRtpSender, "mic");
    old.online(1);
    expect([old.snapshot().status, old.media.configuration, start.mock.calls]).toEqual(["lifted", {}, []]);
    expect(await old.data.seal(VIEW, utf8("z"))).toEqual(utf8("z"));
  });
});

describe("somebody who is barred", () => {
  it("has no key any more and is told so", async () => {
    const [, , ben] = await two();
    const { generation, epoch } = ben.state;
    const seats = { members: [], waiting: [], others: [], is_settling: false, attempt: 1 };
    ben.encryption.received({ type: "group", version: 1e6, generation, epoch, ...seats, is_barred: true });
    expect(ben.state.status).toBe("barred");
    expect([ben.state.members, ben.encryption.data.version()]).toEqual([[], undefined]);
    expect(await ben.frame(FRAME)).toBeUndefined();
  });
});

describe("a group that is given up", () => {
  it("takes its keys with it at once, and a new one is entered", async () => {
    const [, anna, ben] = await two();
    const { generation, epoch } = ben.state;
    const frames: Promise<Bytes | undefined>[] = [];
    const versions: (number | undefined)[] = [];
    ben.encryption.subscribe(() => {
      if (ben.state.status !== "required") return;
      frames.push(ben.frame(FRAME));
      versions.push(ben.encryption.data.version());
    });
    ben.encryption.received({ type: "commit", generation, epoch, committer: anna.seat, commit: "nonsense" });
    await vi.waitFor(() => expect(frames).not.toEqual([]), within);
    expect(new Set(await Promise.all(frames))).toEqual(new Set([undefined]));
    expect(new Set(versions)).toEqual(new Set([undefined]));
    await together(anna, ben);
    await expectHeard(anna, ben);
  });
});
