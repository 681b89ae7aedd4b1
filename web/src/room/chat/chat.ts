/**
 * The room's chat, one member's end of it. Messages travel on the `state` data channel under `chat/…`: the SFU keeps
 * the last entry of each key for late joiners, relays bytes it does not read, and forgets them with the room. The
 * server stores no message and no log names one.
 *
 * Each member has a hundred slots and writes them round; what falls out of the room's last hundred, or of a member's
 * share of the room's memory, is taken back by its author. Messages of somebody who reloads come back with the
 * snapshot; after a restart of the server every author sends the own ones again, and how old they are: guests get what
 * was written since they were let in.
 *
 * Knows neither DOM nor WebRTC.
 */

import type { Consumer, Link, Received } from "../../rtc/channel";
import { Kind } from "../../rtc/envelope";
import {
  chatKey,
  decodeChat,
  encodeChat,
  MAX_MESSAGES,
  OWN_BYTES,
  tidy,
  type Author,
  type ChatEntry,
  type Message,
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

export interface ChatOptions {
  /** Who has a seat now. */
  who(member: number): Author | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** {@link Chat.readUpTo} of this tab before a reload. */
  readonly readUpTo?: number;
}

interface Held extends ChatEntry {
  readonly author: Author;
  readonly isVerified: boolean;
}

export class Chat implements Consumer {
  /** By author and slot, taken-back ones included. */
  private readonly held = new Map<string, Held>();
  private readonly waiting: string[] = [];
  /** Own slots that have to be sent (again). */
  private readonly dirty = new Set<number>();
  /** Own slots that the snapshot brought, with their counters. */
  private readonly kept = new Map<number, number>();
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

  roster(): void {
    // Names are asked for when a message comes.
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

  received({ kind, sender, key, payload }: Received): void {
    if (kind === Kind.endOfSnapshot) return this.snapshotEnded();
    if (kind !== Kind.put) return;
    const entry = decodeChat(key, sender, payload);
    if (!entry) return;
    const present = this.options.who(sender);
    // Whoever sits there says to be somebody else.
    if (present && entry.content && present.id !== entry.content.author.id) return;
    const author = present ?? entry.content?.author;
    // Taken back by somebody who is gone: nobody here can have seen it.
    if (!author) return;
    this.counter = Math.max(this.counter, entry.counter);
    if (author.id === this.me?.id && !this.ready) this.kept.set(entry.slot, entry.counter);
    const name = nameOf(author, entry.slot);
    if ((this.held.get(name)?.counter ?? 0) >= entry.counter) return;
    this.held.set(name, { ...entry, author, isVerified: present !== undefined });
    if (this.ready) this.refresh();
  }

  private snapshotEnded(): void {
    if (this.ready) return;
    this.ready = true;
    // The room began anew since this tab was in it: what was read then is gone.
    if (this.counter < this.read) this.read = 0;
    for (const { slot, counter } of this.own()) if (this.kept.get(slot) !== counter) this.dirty.add(slot);
    this.refresh();
    this.flush();
  }

  private own(): Held[] {
    return [...this.held.values()].filter(({ author }) => author.id === this.me?.id);
  }

  private flush(): void {
    const { link, me } = this;
    if (!link || !this.ready || this.seatNumber === undefined || !me) return;
    for (const text of this.waiting.splice(0)) this.write(me, this.freeSlot(), text);
    const now = this.options.now();
    for (const slot of [...this.dirty]) {
      const entry = this.held.get(nameOf(me, slot));
      const age = now - (entry?.content?.at ?? now);
      if (entry && !link.put(chatKey(slot), encodeChat(this.seatNumber, entry), age)) return;
      this.dirty.delete(slot);
    }
    this.refresh();
  }

  /** `undefined` takes the slot's message back. */
  private write(me: Author, slot: number, text: string | undefined): void {
    const now = this.options.now();
    // Not below the time of day: a guest, who does not get what was written before, must not write before it either.
    this.counter = Math.max(this.counter + 1, Math.round(now));
    const content = text === undefined ? undefined : { author: me, at: now, text };
    this.held.set(nameOf(me, slot), { slot, counter: this.counter, content, author: me, isVerified: true });
    // Set anew, so that slots leave in the order in which they were written.
    this.dirty.delete(slot);
    this.dirty.add(slot);
  }

  /** One that was never used, else one that was taken back, else that of the oldest own message. */
  private freeSlot(): number {
    const own = this.own();
    const used = new Set(own.map(({ slot }) => slot));
    for (let slot = 0; slot < MAX_MESSAGES; slot += 1) if (!used.has(slot)) return slot;
    const byAge = own.sort((a, b) => a.counter - b.counter);
    return (byAge.find(({ content }) => content === undefined) ?? byAge[0])?.slot ?? 0;
  }

  /** Takes back what nobody sees any more and what is more than this member's share. */
  private trim(shown: readonly Message[]): void {
    const oldest = shown[0]?.counter ?? 0;
    const live = this.own().filter(({ content }) => content !== undefined);
    let bytes = 0;
    for (const entry of live.sort((a, b) => b.counter - a.counter)) {
      bytes += encodeChat(this.seatNumber ?? 0, entry).length;
      if (entry.counter < oldest || bytes > OWN_BYTES) this.write(entry.author, entry.slot, undefined);
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
    for (const { slot, counter, content, author, isVerified } of this.held.values()) {
      if (content) found.push({ slot, counter, author, isVerified, at: content.at, text: content.text });
    }
    return found.sort((a, b) => a.counter - b.counter || (a.author.id < b.author.id ? -1 : 1));
  }
}

function nameOf(author: Author, slot: number): string {
  return `${author.id}/${slot}`;
}
