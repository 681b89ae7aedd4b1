/**
 * What leaves on the data channels of one member: sealed one after the other, in the order in which it was written, with
 * the keys of the epoch in which it leaves. Kept entries are sealed and put anew whenever the keys change: the server's
 * copies of them are of no use to anybody who comes later. What is written for a sealed room alone does not leave any more
 * once the room was lifted; its writer is told when it has left.
 */

import type { Link } from "../../rtc/channel";
import { equalBytes, type Bytes } from "../bytes";
import type { DataSealing } from "../encryption/types";

/** Entries that may wait to be sealed. More lets a follower fall behind by them; less makes the writers offer them again. */
export const MAX_WAITING = 64;
/** Keys whose entries leave in the open only when they were written so: what is shown of a report. */
const PRIVATE_PREFIX = "result/";

/** `said`: signed by this device. `quoted`: what somebody who left had signed. */
type Form = "sealed" | "said" | "quoted";

interface Kept {
  readonly form: Form;
  /** Of a quotation: the quotation itself. */
  readonly payload: Bytes;
  /** Where the age decides who gets it. */
  readonly writtenAt: number | undefined;
  /** It leaves sealed or not at all. */
  readonly isSealedOnly: boolean;
  /** Of the keys with which it was put last. */
  version: number | undefined;
  /** Over which it was put last. */
  link: Link | undefined;
}

export interface OutgoingOptions {
  /** Milliseconds from any origin. */
  now(): number;
  /** The room was lifted: nothing is sealed. */
  isOpen(): boolean;
  /** Entries are taken again after {@link Outgoing.put} answered `false`. */
  drained(): void;
}

export class Outgoing {
  private readonly kept = new Map<string, Kept>();
  /** Keys whose entry has to be put, in order. */
  private readonly due = new Set<string>();
  /** Keys whose writer waits for them to leave. */
  private readonly awaited = new Set<string>();
  private link: Link | undefined;
  private isPumping = false;
  /** Something may have become sendable since the pump looked last. */
  private isWanted = false;
  private isCongested = false;
  private isFull = false;

  constructor(
    private readonly sealing: DataSealing,
    private readonly options: OutgoingOptions,
  ) {}

  open(link: Link): void {
    this.link = link;
    this.isCongested = false;
    this.sealAnew();
  }

  close(): void {
    this.link = undefined;
  }

  /** `false` when too many wait, and of what its author shows of a report as long as it has not left over this channel. */
  put(form: Form, key: string, payload: Bytes, age: number | undefined): boolean {
    const isPrivate = key.startsWith(PRIVATE_PREFIX);
    const isAwaited = isPrivate && form === "said";
    const known = this.kept.get(key);
    if (isAwaited && known && equalBytes(known.payload, payload)) {
      const isDue = this.due.has(key);
      if (isDue) this.awaited.add(key);
      if (isDue || known.link === this.link) return !isDue;
    }
    if (this.due.size >= MAX_WAITING && !this.due.has(key)) {
      this.isFull = true;
      return false;
    }
    const writtenAt = age === undefined ? undefined : this.options.now() - age;
    const isSealedOnly = isPrivate && (form === "quoted" || !this.options.isOpen());
    this.kept.set(key, { form, payload, writtenAt, isSealedOnly, version: undefined, link: undefined });
    // Set anew, so that keys leave in the order of their last change.
    this.due.delete(key);
    this.due.add(key);
    if (isAwaited) this.awaited.add(key);
    void this.pump();
    return !isAwaited;
  }

  /** Sends and forgets. */
  async ephemeral(key: string, payload: Bytes): Promise<void> {
    const { link } = this;
    const sealed = await this.sealing.seal({ channel: "pointer", kind: "ephemeral", key }, payload);
    if (sealed && link && link === this.link) link.ephemeral(key, sealed);
  }

  /** The keys are other ones. */
  sealAnew(): void {
    const version = this.sealing.version();
    for (const [key, entry] of this.kept) if (entry.version !== version) this.due.add(key);
    void this.pump();
  }

  /** The channel takes messages again. */
  resume(): void {
    this.isCongested = false;
    void this.pump();
  }

  private async pump(): Promise<void> {
    this.isWanted = true;
    if (this.isPumping) return;
    this.isPumping = true;
    try {
      while (this.isWanted) {
        this.isWanted = false;
        while (await this.sendNext());
      }
    } finally {
      this.isPumping = false;
    }
  }

  /** `false` when nothing more leaves for now. */
  private async sendNext(): Promise<boolean> {
    const { link, sealing } = this;
    const [key] = this.due;
    const version = sealing.version();
    const entry = key === undefined ? undefined : this.kept.get(key);
    if (key === undefined || !entry || !link || version === undefined || this.isCongested) return false;
    const sealed = await this.seal(key, entry);
    // Another value, epoch or channel may have come meanwhile: once more.
    if (this.kept.get(key) !== entry || this.link !== link || sealing.version() !== version) return true;
    // Asked after it was sealed: what was not sealed is so since the room was lifted.
    if (entry.isSealedOnly && this.options.isOpen()) {
      this.kept.delete(key);
      this.settled(key);
      return true;
    }
    if (!sealed) return false;
    const age = entry.writtenAt === undefined ? undefined : this.options.now() - entry.writtenAt;
    if (!link.put(key, sealed, age)) {
      this.isCongested = true;
      return false;
    }
    entry.version = version;
    entry.link = link;
    this.settled(key);
    return true;
  }

  private settled(key: string): void {
    this.due.delete(key);
    const isAwaited = this.awaited.delete(key);
    const hasRoom = this.isFull && this.due.size <= MAX_WAITING / 2;
    if (hasRoom) this.isFull = false;
    if (isAwaited || hasRoom) this.options.drained();
  }

  private seal(key: string, { form, payload }: Kept): Promise<Bytes | undefined> {
    if (form === "said") return this.sealing.say(key, payload);
    if (form === "quoted") return this.sealing.sayAgain(key, payload);
    return this.sealing.seal({ channel: "state", kind: "put", key }, payload);
  }
}
