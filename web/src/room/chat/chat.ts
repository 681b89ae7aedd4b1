/**
 * The room's chat, one member's end of it. Messages travel on the `state` data channel under `chat/…`: the SFU keeps
 * the last entry of each key for late joiners, relays bytes it does not read, and forgets them with the room. The
 * server stores no message and no log names one. Where the room is sealed the author is who signed the message, and what
 * people who have left had signed is passed on by the first seat of the team.
 *
 * Each page has a hundred slots and writes them round; what falls out of the room's last hundred, or of a member's
 * share of the room's memory, is taken back by its author. Who reloads gets the own messages from the snapshot, or, in a
 * sealed room, asks for them ({@link askKey}): nobody can open any more what was sealed before. After a restart of the
 * server every author sends the own ones again, and how old they are: guests get what was written since they were let in.
 *
 * Knows neither DOM nor WebRTC.
 */

import { toHex, utf8, type Bytes } from "../../e2ee/bytes";
import type { Consumer, Link, Received, Said } from "../../rtc/channel";
import { Kind } from "../../rtc/envelope";
import {
  CHAT_PREFIX,
  chatKey,
  decodeChat,
  encodeChat,
  MAX_MESSAGES,
  newPage,
  OWN_BYTES,
  SIGNED_BYTES,
  tidy,
  type Author,
  type ChatEntry,
  type Message,
  type Place,
} from "./message";

export interface ChatState {
  /** The oldest first. */
  readonly messages: readonly Message[];
  /** Messages of others that have not been looked at. */
  readonly unread: number;
  /** Written here and not sent yet: there is no connection. */
  readonly unsent: number;
  /** This member's author id; absent before the first seat. */
  readonly me: string | undefined;
}

/** Somebody on a seat. */
export interface Sitter extends Author {
  readonly isGuest: boolean;
}

export interface ChatOptions {
  /** Who has a seat now. */
  who(member: number): Sitter | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** {@link Chat.readUpTo} of this tab before a reload. */
  readonly readUpTo?: number;
}

interface Held extends ChatEntry {
  readonly author: Author;
  readonly isVerified: boolean;
  readonly isQuoted: boolean;
  /** Of somebody else, where the room is sealed. */
  readonly quotation: Said["quotation"] | undefined;
}

/** Bytes that name a page in its question. */
const MAX_PAGE_BYTES = 32;
/** Questions that are remembered. More lets a member fill the page's memory; less answers an old one again, which is cheap. */
const MAX_ASKED = 256;

/** An author who has come anew asks there for what they wrote before. */
export function askKey(author: string): string {
  return `${CHAT_PREFIX}${author}/ask`;
}

export class Chat implements Consumer {
  /** By key, taken-back ones included. */
  private readonly held = new Map<string, Held>();
  private readonly waiting: string[] = [];
  /** Own entries that have to be sent (again). */
  private readonly dirty = new Set<string>();
  /** Entries of people who have left, to be passed on. */
  private readonly owed = new Set<string>();
  /** Counters of those that were. */
  private readonly passedOn = new Map<string, number>();
  /** Own entries that the snapshot brought from this seat, with their counters. */
  private readonly kept = new Map<string, number>();
  private readonly page = newPage();
  private members: readonly number[] = [];
  private hasAsked = false;
  /** Pages whose question was heard: it is said again in every epoch. */
  private readonly asked = new Set<string>();
  private link: Link | undefined;
  private ready = false;
  private seatNumber: number | undefined;
  private me: Author | undefined;
  private counter = 0;
  private read: number;
  private state: ChatState = { messages: [], unread: 0, unsent: 0, me: undefined };
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: ChatOptions) {
    this.read = options.readUpTo ?? 0;
  }

  readonly snapshot = (): ChatState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Everything up to this counter has been looked at. */
  get readUpTo(): number {
    return this.read;
  }

  /** Writes a message; it waits here while there is no connection. */
  send(text: string): void {
    const clean = tidy(text);
    if (clean === "") return;
    this.waiting.push(clean);
    this.flush();
    this.refresh();
  }

  /** Everything on screen has been looked at. */
  markRead(): void {
    const newest = this.state.messages.at(-1)?.counter ?? 0;
    if (newest <= this.read) return;
    this.read = newest;
    this.refresh();
  }

  seat(me: number): void {
    this.seatNumber = me;
    this.me = this.options.who(me) ?? this.me;
    this.refresh();
  }

  /** Names are asked for when a message comes. Who leaves takes the kept entries along. */
  roster(members: readonly number[]): void {
    this.members = members;
    this.passOn((author) => !this.isPresent(author));
  }

  private isPresent(author: string): boolean {
    return this.members.some((seat) => this.options.who(seat)?.id === author);
  }

  opened(link: Link): void {
    this.link = link;
    this.ready = false;
    this.kept.clear();
  }

  closed(link: Link): void {
    if (this.link !== link) return;
    this.link = undefined;
    this.ready = false;
  }

  drained(): void {
    this.flush();
  }

  received({ kind, sender, key, payload, said }: Received): void {
    if (kind === Kind.endOfSnapshot) return this.snapshotEnded();
    if (kind !== Kind.put) return;
    if (said && key === askKey(said.person)) return this.answer(said.person, payload);
    const entry = decodeChat(key, payload);
    if (!entry) return;
    const sitter = this.options.who(sender);
    const author = said ? signer(said) : (sitter ?? entry.content?.author);
    // Taken back by somebody who is gone: nobody here can have seen it.
    if (!author) return;
    // Whoever sits or signs there says to be somebody else.
    if (author.id !== entry.place.author) return;
    this.counter = Math.max(this.counter, entry.counter);
    const isOwn = author.id === this.me?.id;
    if (isOwn && !this.ready && sender === this.seatNumber) this.kept.set(key, entry.counter);
    const isQuoted = said?.isQuoted ?? false;
    const known = this.held.get(key);
    const isNews = entry.counter > (known?.counter ?? 0) || (entry.counter === known?.counter && known.isQuoted && !isQuoted);
    if (!isNews) return;
    const isVerified = said !== undefined || sitter !== undefined;
    this.held.set(key, { ...entry, author, isVerified, isQuoted: isQuoted && !isOwn, quotation: said?.quotation });
    // What others had kept for this page's author is the author's to say again.
    if (isOwn && isQuoted) this.dirty.add(key);
    if (!this.ready) return;
    this.refresh();
    this.flush();
  }

  private snapshotEnded(): void {
    if (this.ready) return;
    this.ready = true;
    // The room began anew since this tab was in it: what was read then is gone.
    if (this.counter < this.read) this.read = 0;
    for (const { place, counter } of this.own())
      if (this.kept.get(chatKey(place)) !== counter) this.dirty.add(chatKey(place));
    this.refresh();
    this.ask();
    this.roster(this.members);
    this.flush();
  }

  private own(): Held[] {
    return [...this.held.values()].filter(({ author }) => author.id === this.me?.id);
  }

  private ask(): void {
    const { link, me, hasAsked } = this;
    if (hasAsked || !link?.passOn || !me) return;
    this.hasAsked = link.put(askKey(me.id), utf8(this.page), 0);
  }

  private answer(person: string, payload: Uint8Array): void {
    if (payload.length > MAX_PAGE_BYTES) return;
    const page = `${person} ${toHex(payload.slice() as Bytes)}`;
    if (!this.ready || this.asked.has(page)) return;
    this.asked.add(page);
    for (const oldest of this.asked) if (this.asked.size > MAX_ASKED) this.asked.delete(oldest);
    // What people who have left wrote stood under the asking seat, perhaps, and nobody can open that any more.
    this.passOn((author) => author === person || !this.isPresent(author), person);
  }

  /** What those authors wrote, if that is this seat's: the first of the team does it, but nobody for themselves. */
  private passOn(isWanted: (author: string) => boolean, except?: string): void {
    const { link, options, seatNumber } = this;
    const team = this.members.filter((seat) => {
      const sitter = options.who(seat);
      return sitter && !sitter.isGuest && sitter.id !== except;
    });
    if (!link?.passOn || !this.ready || seatNumber !== Math.min(...team)) return;
    for (const [key, { author, counter, quotation }] of this.held) {
      const isTheirs = author.id !== this.me?.id && isWanted(author.id);
      if (isTheirs && quotation && this.passedOn.get(key) !== counter) this.owed.add(key);
    }
    this.flush();
  }

  private flush(): void {
    const { link, me } = this;
    if (!link || !this.ready || this.seatNumber === undefined || !me) return;
    this.ask();
    for (const text of this.waiting.splice(0)) this.write(me, this.freePlace(me), text);
    const ageOf = (entry: Held) => {
      const now = this.options.now();
      return now - (entry.content?.at ?? now);
    };
    for (const key of [...this.dirty]) {
      const entry = this.held.get(key);
      if (entry && !link.put(key, encodeChat(this.seatNumber, entry), ageOf(entry))) return;
      this.dirty.delete(key);
    }
    for (const key of [...this.owed]) {
      const entry = this.held.get(key);
      if (entry?.quotation && link.passOn?.(key, entry.quotation, ageOf(entry)) === false) return;
      if (entry) this.passedOn.set(key, entry.counter);
      this.owed.delete(key);
    }
    this.refresh();
  }

  /** `undefined` takes back what stands there. */
  private write(me: Author, place: Place, text: string | undefined): void {
    const now = this.options.now();
    const key = chatKey(place);
    // Not below the time of day: a guest, who does not get what was written before, must not write before it either.
    this.counter = Math.max(this.counter + 1, Math.round(now));
    const content = text === undefined ? undefined : { author: me, at: now, text };
    const said = { author: me, isVerified: true, isQuoted: false, quotation: undefined };
    this.held.set(key, { place, counter: this.counter, content, ...said });
    // Set anew, so that messages leave in the order in which they were written.
    this.dirty.delete(key);
    this.dirty.add(key);
  }

  /** One that was never used, else one that was taken back, else that of the oldest own message. */
  private freePlace({ id: author }: Author): Place {
    const { page } = this;
    const own = this.own().filter(({ place }) => place.page === page);
    const used = new Set(own.map(({ place }) => place.slot));
    for (let slot = 0; slot < MAX_MESSAGES; slot += 1) if (!used.has(slot)) return { author, page, slot };
    const byAge = own.sort((a, b) => a.counter - b.counter);
    const oldest = byAge.find(({ content }) => content === undefined) ?? byAge[0];
    return oldest?.place ?? { author, page, slot: 0 };
  }

  /** Takes back what nobody sees any more and what is more than this member's share. */
  private trim(shown: readonly Message[]): void {
    const oldest = shown[0]?.counter ?? 0;
    const live = this.own().filter(({ content }) => content !== undefined);
    let bytes = 0;
    for (const entry of live.sort((a, b) => b.counter - a.counter)) {
      bytes += encodeChat(this.seatNumber ?? 0, entry).length + (this.link?.passOn ? SIGNED_BYTES : 0);
      if (entry.counter < oldest || bytes > OWN_BYTES) this.write(entry.author, entry.place, undefined);
    }
  }

  private refresh(): void {
    const all = this.messages();
    const messages = all.slice(-MAX_MESSAGES);
    const held = this.dirty.size;
    if (this.ready) this.trim(messages);
    if (this.dirty.size > held) {
      // What was taken back must leave too; sending refreshes again.
      return this.flush();
    }
    const unread = messages.filter(({ author, counter }) => author.id !== this.me?.id && counter > this.read).length;
    this.state = { messages, unread, unsent: this.waiting.length, me: this.me?.id };
    for (const listener of this.listeners) listener();
  }

  private messages(): Message[] {
    const found: Message[] = [];
    for (const { place, counter, content, author, isVerified, isQuoted } of this.held.values()) {
      if (content) found.push({ place, counter, author, isVerified, isQuoted, at: content.at, text: content.text });
    }
    return found.sort((a, b) => a.counter - b.counter || (a.author.id < b.author.id ? -1 : 1));
  }
}

function signer({ person, name }: Said): Author {
  return { id: person, name };
}
