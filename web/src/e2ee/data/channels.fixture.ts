/** People in a room whose channels are sealed, over what the SFU does with them, for tests. */

import { expect, vi } from "vitest";
import { Channels, type Link } from "../../rtc/channel";
import { Kind } from "../../rtc/envelope";
import { Chat } from "../../room/chat/chat";
import { CHAT_PREFIX } from "../../room/chat/message";
import { Results, type ResultStore } from "../../room/result/results";
import { RESULT_PREFIX } from "../../room/result/value";
import { SharedView } from "../../viewer/sync/session";
import type { SharedAnnotation } from "../../viewer/sync/values";
import type { Bytes } from "../bytes";
import { Room, type Stay } from "../encryption/room.fixture";
import { ADMIT_PREFIX, AdmitNotes } from "./admitNotes";
import { SealedChannels } from "./sealedChannels";

/** Cryptography on a machine that has other things to do. */
export const within = { timeout: 30_000, interval: 5 };

interface Kept {
  readonly sender: number;
  readonly key: string;
  readonly payload: Bytes;
  readonly writtenAt: number;
}

/** What the SFU does: keeps the last payload of (sender, key), relays to the others, snapshot to whoever opens. */
export class Sfu {
  readonly kept = new Map<string, Kept>();
  /** Everything that it ever saw. */
  readonly seen: Bytes[] = [];
  readonly people = new Map<number, Participant>();
  isCongested = false;
  /** Who put which key. */
  readonly puts: { seat: number; key: string }[] = [];

  constructor(readonly room: Room) {}

  link(from: Participant): Link {
    return {
      put: (key, payload, age = 0) => {
        if (this.isCongested) return false;
        this.seen.push(payload);
        this.puts.push({ seat: from.seat, key });
        const kept = { sender: from.seat, key, payload, writtenAt: this.room.clock.now() - age };
        this.kept.delete(`${from.seat} ${key}`);
        this.kept.set(`${from.seat} ${key}`, kept);
        for (const to of this.people.values()) if (to !== from) this.give(to, kept);
        return true;
      },
      ephemeral: (key, payload) => {
        this.seen.push(payload);
        for (const to of this.people.values())
          if (to !== from) to.sealed.received({ kind: Kind.ephemeral, sender: from.seat, key, payload });
      },
    };
  }

  enter(participant: Participant): void {
    this.people.set(participant.seat, participant);
    participant.link = this.link(participant);
    participant.sealed.seat(participant.seat);
    this.tellRoster();
    participant.sealed.opened(participant.link);
    // As retained.rs: a map by sender of maps by key.
    const byKey = (a: Kept, b: Kept) => a.sender - b.sender || (a.key < b.key ? -1 : 1);
    for (const kept of [...this.kept.values()].sort(byKey)) this.give(participant, kept);
    participant.sealed.received({ kind: Kind.endOfSnapshot, sender: 0, key: "", payload: new Uint8Array() });
  }

  leave(participant: Participant): void {
    this.people.delete(participant.seat);
    this.tellRoster();
  }

  give(to: Participant, { sender, key, payload, writtenAt }: Kept): void {
    const isFor = !to.stay.isGuest || (key.startsWith(CHAT_PREFIX) && writtenAt >= to.since);
    if (isFor) to.sealed.received({ kind: Kind.put, sender, key, payload });
  }

  private tellRoster(): void {
    for (const each of this.people.values()) each.sealed.roster([...this.people.keys()]);
  }
}

/** A page in the room, with all that talks on its channels. */
export class Participant {
  readonly chat: Chat;
  readonly view: SharedView;
  readonly notes: AdmitNotes;
  readonly results: Results;
  readonly sealed: SealedChannels;
  readonly since: number;
  link: Link | undefined;

  constructor(
    readonly sfu: Sfu,
    readonly stay: Stay,
    private tab: readonly string[] = [],
    /** What the tab keeps of what is shown. */
    readonly shownTab = new ShownTab(),
  ) {
    const { clock } = sfu.room;
    this.since = clock.now();
    const who = (seat: number) => {
      const other = sfu.people.get(seat)?.stay;
      return other && { id: other.person, name: `Dr. ${other.person}`, isGuest: other.isGuest };
    };
    this.chat = new Chat({ who, now: clock.now });
    this.view = new SharedView({ now: clock.elapsed, after: clock.after });
    this.notes = new AdmitNotes({
      who,
      admitted: (guest) => stay.encryption.admitted(guest),
      withdrawn: (guest) => stay.encryption.withdrawn(guest),
      store: { read: () => this.tab, write: (guests) => (this.tab = guests) },
    });
    const isOpen = () => stay.encryption.snapshot().status === "lifted";
    this.results = new Results({ who, now: clock.now, isOpen, store: shownTab });
    const said = { [CHAT_PREFIX]: this.chat, [ADMIT_PREFIX]: this.notes, [RESULT_PREFIX]: this.results };
    const inner = new Channels(said, this.view);
    this.sealed = new SealedChannels(inner, stay.encryption.data, {
      who: (seat) => sfu.people.get(seat)?.stay.person,
      now: clock.elapsed,
      after: clock.after,
      isOpen,
    });
  }

  get seat(): number {
    return this.stay.seat;
  }

  get tabMemory(): readonly string[] {
    return this.tab;
  }

  texts(): string[] {
    return this.chat.snapshot().messages.map(({ text }) => text);
  }
}

export class ShownTab implements ResultStore {
  private readonly kept = new Map<string, string>();
  read(person: string): string | null {
    return this.kept.get(person) ?? null;
  }
  write(person: string, text: string): void {
    this.kept.set(person, text);
  }
}

export const LENGTH: SharedAnnotation = {
  tool: "Length",
  author: 2,
  studyUid: "1.2.1",
  seriesUid: "1.2.2",
  sopInstanceUid: "1.2.3",
  frame: 1,
  frameOfReferenceUid: "1.2.4",
  points: [
    [0, 0, 0],
    [1, 2, 3],
  ],
  label: "3,7 mm",
};

export async function roomOf(...people: readonly string[]): Promise<[Sfu, ...Participant[]]> {
  const sfu = new Sfu(await Room.open());
  const all: Participant[] = [];
  for (const person of people) {
    const participant = new Participant(sfu, await sfu.room.join(person));
    sfu.enter(participant);
    all.push(participant);
    await together(sfu);
  }
  return [sfu, ...all];
}

export async function together(sfu: Sfu): Promise<void> {
  const stays = [...sfu.people.values()].map(({ stay }) => stay);
  const people = stays.map(({ person }) => person).sort();
  await vi.waitFor(() => {
    for (const stay of stays) expect([stay.state.status, stay.people().sort()]).toEqual(["sealed", people]);
    expect(new Set(stays.map(({ state }) => `${state.generation}:${state.epoch}`)).size).toBe(1);
  }, within);
}

export const shows = (participant: Participant, ...texts: readonly string[]) =>
  vi.waitFor(() => expect(participant.texts()).toEqual(texts), within);

/** Whatever is under way comes to its end. */
export async function settle(sfu: Sfu): Promise<void> {
  for (let i = 0; i < 40; i += 1) {
    sfu.room.clock.advance(50);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
