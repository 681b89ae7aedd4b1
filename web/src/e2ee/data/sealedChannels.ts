/**
 * The data channels as the room's parts see them, with what really leaves and comes sealed between. Nothing leaves
 * without a key; what comes counts only when the person on the seat that the server names has sealed it, and what is
 * *said* counts for whoever signed it (`schemas/END_TO_END.md`).
 */

import type { Consumer, Link, Received } from "../../rtc/channel";
import { Kind } from "../../rtc/envelope";
import type { Bytes } from "../bytes";
import type { DataSealing } from "../encryption/types";
import { Holding, nameOf, type Held, type Opened } from "./holding";
import { Outgoing } from "./outgoing";

/**
 * How long the end of the snapshot waits for entries that others have to seal anew, in milliseconds. More keeps a newcomer
 * waiting for somebody whose browser hangs; less shows half of the view first.
 */
export const SNAPSHOT_WITHIN = 3000;

/** Keys of what is said in somebody's name and therefore signed. */
export const SAID_PREFIXES = ["chat/", "admit/", "result/"] as const;

export interface SealedOptions {
  /** The person on a seat, as the roster has it. */
  who(seat: number): string | undefined;
  /** Milliseconds since 1970: a computer that slept has not stopped the age of what was written. */
  now(): number;
  after(ms: number, run: () => void): () => void;
  /** The room was lifted: nothing is sealed. */
  isOpen(): boolean;
}

/** Faults that the keys of another epoch, or the group itself, may mend. */
const EARLY: ReadonlySet<string> = new Set(["no_key", "wrong_epoch", "other_group", "gone"]);

export class SealedChannels implements Consumer {
  private readonly outgoing: Outgoing;
  private readonly holding = new Holding();
  private link: Link | undefined;
  /** What the inner consumer got; only while there are a channel and keys. */
  private inside: Link | undefined;
  /** Messages are opened one after the other, as they came. */
  private work: Promise<void> = Promise.resolve();
  private me: number | undefined;
  /** Seats in the room; absent before the first roster. */
  private members: readonly number[] | undefined;
  private hasEnded = false;
  private hasToldEnd = false;
  /** Entries of the snapshot that are not opened. */
  private readonly missing = new Set<string>();
  private stopWaiting: (() => void) | undefined;
  private readonly stopListening: () => void;

  constructor(
    private readonly inner: Consumer,
    private readonly sealing: DataSealing,
    private readonly options: SealedOptions,
  ) {
    this.outgoing = new Outgoing(sealing, { ...options, drained: () => inner.drained() });
    this.stopListening = sealing.subscribe(() => this.changed());
  }

  stop(): void {
    this.stopListening();
    this.endWaiting();
    this.holding.clear();
    this.outgoing.close();
    this.link = undefined;
  }

  seat(me: number): void {
    this.me = me;
    this.inner.seat(me);
  }

  roster(members: readonly number[]): void {
    this.members = members;
    this.inner.roster(members);
    // Nobody seals anew what somebody had put who has left.
    for (const name of this.missing) if (!members.some((seat) => name.startsWith(nameOf({ sender: seat, key: "" })))) this.missing.delete(name);
    this.again();
  }

  opened(link: Link): void {
    // The new channel of a peer that replaces another opens before the old one is seen to close.
    if (this.link) this.closed(this.link);
    this.link = link;
    this.hasEnded = this.hasToldEnd = false;
    this.missing.clear();
    this.begin();
  }

  closed(link: Link): void {
    if (this.link !== link) return;
    this.link = undefined;
    this.outgoing.close();
    this.holding.clear();
    this.endWaiting();
    const { inside } = this;
    this.inside = undefined;
    if (inside) this.inner.closed(inside);
  }

  drained(): void {
    this.outgoing.resume();
  }

  received(message: Received): void {
    const { link } = this;
    this.next(async () => {
      if (link === this.link) await this.take({ message, at: this.options.now(), opened: undefined });
    });
  }

  private changed(): void {
    if (this.sealing.version() === undefined) this.pause();
    this.begin();
    this.outgoing.sealAnew();
    this.again();
  }

  private begin(): void {
    const { link } = this;
    if (!link || this.inside || this.sealing.version() === undefined) return;
    this.inside = this.linkFor();
    this.outgoing.open(link);
    this.inner.opened(this.inside);
    this.again();
  }

  /** Without keys the inner consumer keeps what it writes: only so it is shown as unsent. */
  private pause(): void {
    const { inside } = this;
    this.inside = undefined;
    this.hasToldEnd = false;
    if (inside) this.inner.closed(inside);
  }

  private linkFor(): Link {
    return {
      put: (key, payload, age) => this.outgoing.put(isSaid(key) ? "said" : "sealed", key, payload, age),
      passOn: (key, quotation, age) => this.outgoing.put("quoted", key, quotation, age),
      ephemeral: (key, payload) => void this.outgoing.ephemeral(key, payload),
    };
  }

  /** What could not be opened before. */
  private again(): void {
    this.next(async () => {
      if (!this.inside) return;
      for (const held of this.holding.take(this.options.now())) await this.take(held);
      this.tellEnd();
    });
  }

  private next(run: () => Promise<void>): void {
    this.work = this.work.then(run, run);
  }

  private async take(held: Held): Promise<void> {
    const { message } = held;
    if (message.kind === Kind.endOfSnapshot) return this.end();
    const name = nameOf(message);
    // What this page had put before it was loaded anew is sealed for good, and so is what stays of people who have left.
    const isThere = message.sender !== this.me && (this.members?.includes(message.sender) ?? true);
    if (!this.hasEnded && message.kind === Kind.put && isThere) this.missing.add(name);
    const { link } = this;
    const read = this.inside ? await this.read(held) : held;
    // The channel was closed meanwhile: the next one begins with a snapshot.
    if (link !== this.link) return;
    if (read && "at" in read) {
      // Where somebody points is old by then.
      if (message.kind !== Kind.ephemeral) this.holding.hold(read);
      return;
    }
    this.missing.delete(name);
    if (read) {
      this.holding.drop(name);
      this.inner.received(read);
    }
    this.tellEnd();
  }

  /** What the inner consumer gets; what is to be held; nothing, when it counts for nothing. */
  private async read(held: Held): Promise<Received | Held | undefined> {
    const { message } = held;
    if (message.kind === Kind.delete) return message;
    if (isSaid(message.key)) return this.hear(held);
    const opened = held.opened ?? (await this.open(message));
    if (typeof opened === "string") return this.early(held, opened);
    const sitting = this.options.who(message.sender);
    // The roster comes another way, perhaps later.
    if (sitting === undefined) return { ...held, opened };
    if (opened.person !== undefined && opened.person !== sitting) return undefined;
    return { ...message, payload: opened.payload };
  }

  private async open({ kind, key, payload }: Received): Promise<Opened | string> {
    const place =
      kind === Kind.ephemeral
        ? ({ channel: "pointer", kind: "ephemeral", key } as const)
        : ({ channel: "state", kind: "put", key } as const);
    const opened = await this.sealing.open(place, payload.slice() as Bytes);
    return opened.ok ? opened : opened.fault;
  }

  private async hear(held: Held): Promise<Received | Held | undefined> {
    const { message } = held;
    const heard = await this.sealing.hear(message.key, message.payload.slice() as Bytes);
    if (!heard.ok) return this.early(held, heard.fault);
    const { author, payload, quotation, isQuoted } = heard;
    return { ...message, payload, said: author && quotation && { ...author, quotation, isQuoted } };
  }

  /** To be held, if it may be opened later. */
  private early(held: Held, fault: string): Held | undefined {
    // Others may have agreed already to go on in the open; as long as it takes to be asked.
    if (this.sealing.isLiftOffered()) return { ...held, at: Infinity };
    return EARLY.has(fault) ? held : undefined;
  }

  private end(): void {
    this.hasEnded = true;
    this.tellEnd();
  }

  /** As soon as everything is there, or others have had their time to seal it anew. */
  private tellEnd(): void {
    if (!this.inside || !this.hasEnded || this.hasToldEnd) return;
    if (this.missing.size > 0) {
      this.stopWaiting ??= this.options.after(SNAPSHOT_WITHIN, () => {
        this.missing.clear();
        this.tellEnd();
      });
      return;
    }
    this.hasToldEnd = true;
    this.endWaiting();
    this.inner.received({ kind: Kind.endOfSnapshot, sender: 0, key: "", payload: new Uint8Array() });
  }

  private endWaiting(): void {
    this.stopWaiting?.();
    this.stopWaiting = undefined;
  }
}

function isSaid(key: string): boolean {
  return SAID_PREFIXES.some((prefix) => key.startsWith(prefix));
}
