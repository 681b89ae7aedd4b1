import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Link } from "../../rtc/channel";
import { Kind } from "../../rtc/envelope";
import { askKey, Chat } from "./chat";
import { chatKey, decodeChat, encodeChat, MAX_CHARS, MAX_MESSAGES, OWN_BYTES, SIGNED_BYTES, tidy, type Place } from "./message";

const placeAt = (author: string, slot: number): Place => ({ author, page: "00000000", slot });

/** What the SFU does: keeps the last payload of (sender, key), relays to the others, snapshot to a joiner. */
class Room {
  readonly kept = new Map<string, { sender: number; key: string; payload: Uint8Array<ArrayBuffer>; age: number }>();
  readonly members = new Map<number, { id: string; name: string; isGuest: boolean; chat: Chat }>();
  isOpen = true;
  /** The room that everybody is in: what the roster says. */
  private static now: Room | undefined;
  private static clock = 1000;

  enter(seat: number, id: string, name = id, chat = this.chat()): Chat {
    Room.now = this;
    this.members.set(seat, { id, name, isGuest: false, chat });
    chat.seat(seat);
    const link: Link = {
      put: (key, payload, age = 0) => {
        if (!this.isOpen) return false;
        this.kept.set(`${seat} ${key}`, { sender: seat, key, payload, age });
        for (const [other, member] of this.members)
          if (other !== seat) member.chat.received({ kind: Kind.put, sender: seat, key, payload });
        return true;
      },
      ephemeral: () => undefined,
    };
    chat.opened(link);
    for (const { sender, key, payload } of this.kept.values())
      chat.received({ kind: Kind.put, sender, key, payload });
    chat.received({ kind: Kind.endOfSnapshot, sender: 0, key: "", payload: new Uint8Array() });
    return chat;
  }

  chat(): Chat {
    return new Chat({ who: (seat) => Room.now?.members.get(seat), now: () => (Room.clock += 1) });
  }

  bytes(sender: number): number {
    return [...this.kept.values()].filter((e) => e.sender === sender).reduce((sum, e) => sum + e.payload.length, 0);
  }
}

const texts = (chat: Chat) => chat.snapshot().messages.map(({ text }) => text);

describe("the chat", () => {
  it("shows everybody the same messages in the same order, late joiners too", () => {
    const room = new Room();
    const [a, b] = [room.enter(1, "anna"), room.enter(2, "ben")];
    a.send("Puls 80");
    b.send("Danke");
    a.send("RR 180/95");
    const late = room.enter(3, "guest");
    for (const chat of [a, b, late]) expect(texts(chat)).toEqual(["Puls 80", "Danke", "RR 180/95"]);
    expect(late.snapshot().messages[0]).toMatchObject({ author: { id: "anna" }, isVerified: true });
  });

  it("survives the sender's reload, who does not write over what was written before", () => {
    const room = new Room();
    const [a, b] = [room.enter(1, "anna"), room.enter(2, "ben")];
    a.send("eins");
    const again = room.enter(1, "anna");
    again.send("zwei");
    expect(texts(again)).toEqual(["eins", "zwei"]);
    expect(texts(b)).toEqual(["eins", "zwei"]);
  });

  it("survives a restart of the server that gives other seats: authors keep what they said", () => {
    const room = new Room();
    const [a, b] = [room.enter(1, "anna"), room.enter(2, "ben")];
    a.send("von Anna");
    b.send("von Ben");
    const after = new Room();
    after.enter(1, "ben", "ben", b);
    after.enter(2, "anna", "anna", a);
    for (const chat of [a, b, after.enter(3, "spät")]) {
      expect(texts(chat)).toEqual(["von Anna", "von Ben"]);
      expect(chat.snapshot().messages.map(({ author }) => author.id)).toEqual(["anna", "ben"]);
    }
    for (const { age } of after.kept.values()) expect(age, "so that guests do not get what is older than they").toBeGreaterThan(1);
  });

  it("puts what a guest writes behind what was written before and the guest did not get", () => {
    const room = new Room();
    const a = room.enter(1, "zita");
    a.send("eins");
    a.send("zwei");
    room.kept.clear();
    const guest = room.enter(2, "gast");
    guest.send("Merhaba");
    expect(texts(guest)).toEqual(["Merhaba"]);
    expect(texts(a)).toEqual(["eins", "zwei", "Merhaba"]);
    expect(a.snapshot().unread).toBe(1);
  });

  it("keeps what is written without a connection and sends it afterwards", () => {
    const room = new Room();
    const b = room.enter(2, "ben");
    const a = room.chat();
    a.send("gleich");
    expect(a.snapshot()).toMatchObject({ unsent: 1, messages: [] });
    room.enter(1, "anna", "anna", a);
    expect(texts(b)).toEqual(["gleich"]);
    room.isOpen = false;
    a.send("Stau");
    expect(texts(b)).toEqual(["gleich"]);
    room.isOpen = true;
    a.drained();
    expect(texts(b)).toEqual(["gleich", "Stau"]);
  });

  it("counts what others wrote until it is looked at, also over a reload", () => {
    const room = new Room();
    const [a, b] = [room.enter(1, "anna"), room.enter(2, "ben")];
    a.send("1");
    b.send("2");
    expect(a.snapshot().unread).toBe(1);
    a.markRead();
    expect(a.snapshot().unread).toBe(0);
    b.send("3");
    expect(a.snapshot().unread).toBe(1);
    const options = { who: (seat: number) => room.members.get(seat), now: () => 0, readUpTo: a.readUpTo };
    expect(room.enter(1, "anna", "anna", new Chat(options)).snapshot().unread).toBe(1);
  });

  it("keeps the last hundred, and each author takes back what fell out", () => {
    const room = new Room();
    const [a, b] = [room.enter(1, "anna"), room.enter(2, "ben")];
    a.send("die erste");
    for (let i = 0; i < MAX_MESSAGES + 20; i += 1) b.send(`${i}`);
    expect(texts(a)).toHaveLength(MAX_MESSAGES);
    expect(texts(a).at(-1)).toBe("119");
    const late = room.enter(3, "spät");
    expect(texts(late)).toEqual(texts(a));
    expect(texts(late)).not.toContain("die erste");
    expect(room.kept.size).toBeLessThanOrEqual(MAX_MESSAGES + 1);
  });

  it("never keeps more bytes than a member's share", () => {
    const room = new Room();
    const a = room.enter(1, "anna");
    for (let i = 0; i < 60; i += 1) a.send("漢".repeat(MAX_CHARS));
    expect(room.bytes(1)).toBeLessThanOrEqual(OWN_BYTES + MAX_MESSAGES * 32);
    expect(texts(a).length).toBeGreaterThan(10);
  });

  it("believes no sender who writes in another's name, and marks those who are gone", () => {
    const room = new Room();
    const a = room.enter(1, "anna");
    const place = placeAt("ben", 0);
    const content = { author: { id: "ben", name: "Dr. Ben" }, at: 1, text: "gefälscht" };
    const payload = encodeChat(2, { place, counter: 9, content });
    room.enter(3, "clara");
    a.received({ kind: Kind.put, sender: 3, key: chatKey(place), payload });
    const other = chatKey(placeAt("clara", 0));
    a.received({ kind: Kind.put, sender: 7, key: other, payload });
    expect(texts(a)).toEqual([]);
    a.received({ kind: Kind.put, sender: 2, key: chatKey(place), payload });
    expect(a.snapshot().messages[0]).toMatchObject({ isVerified: false });
  });
});

describe("a page that asks for what it wrote before", () => {
  it("is answered when it names itself shortly, and remembered as long as not too many ask", () => {
    const sitters = new Map(["anna", "ben"].map((id, at) => [at + 1, { id, name: id, isGuest: false }]));
    const chat = new Chat({ who: (seat) => sitters.get(seat), now: () => 1000 });
    const passedOn: string[] = [];
    const said = { person: "ben", name: "ben", isGuest: false, isQuoted: false, quotation: new Uint8Array() };
    const hears = (key: string, payload: Uint8Array) => chat.received({ kind: Kind.put, sender: 2, key, payload, said });
    chat.seat(1);
    chat.roster([1, 2]);
    chat.opened({ put: () => true, passOn: (key) => (passedOn.push(key), true), ephemeral: () => undefined });
    chat.received({ kind: Kind.endOfSnapshot, sender: 0, key: "", payload: new Uint8Array() });
    const place = placeAt("ben", 0);
    const content = { author: { id: "ben", name: "ben" }, at: 1, text: "hallo" };
    hears(chatKey(place), encodeChat(2, { place, counter: 9, content }));
    hears(askKey("ben"), new Uint8Array(33));
    expect(passedOn).toEqual([]);
    for (let page = 0; page < 1000; page += 1) hears(askKey("ben"), new TextEncoder().encode(`${page}`));
    expect(passedOn).toEqual([chatKey(place)]);
    expect((Reflect.get(chat, "asked") as Set<string>).size).toBeLessThan(300);
  });
});

describe("a message", () => {
  it("loses what turns text around or cannot be seen, and fits a frame in every script", () => {
    expect(tidy(" a\u202eb\u0000c\r\nd ")).toBe("abc\nd");
    const content = { author: { id: "x".repeat(36), name: "n".repeat(200) }, at: 1, text: "\ud83d".repeat(MAX_CHARS) };
    const frame = encodeChat(1, { place: placeAt("x".repeat(36), 99), counter: 2 ** 40, content });
    expect(frame.length).toBeLessThan(16 * 1024 - SIGNED_BYTES - 300);
  });

  it("is read back as it was written, and anything else is no message", () => {
    const content = { author: { id: "a", name: "A" }, at: 5, text: "hallo" };
    const place = placeAt("a", 3);
    const entry = { place, counter: 7, content };
    expect(decodeChat(chatKey(place), encodeChat(4, entry))).toEqual(entry);
    for (const end of ["", "a/00000000/-1", "a/00000000/100", "a/00000000/03", "a/0/3", "b/00000000/3", "a/ask", "/00000000/3"])
      expect(decodeChat(`chat/${end}`, encodeChat(4, entry)), end).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeChat("chat/a/00000000/0", bytes)?.content?.text !== ""));
  });
});
