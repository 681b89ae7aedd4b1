/**
 * What leaves on the data channels of one member: sealed one after the other, in the order in which it was written, with
 * the keys of the epoch in which it leaves. Kept entries are sealed and put anew whenever the keys change: the server's
 * copies of them are of no use to anybody who comes later.
 */

import type { Link } from "../../rtc/channel";
import type { Bytes } from "../bytes";
import type { DataSealing } from "../encryption/types";

/** Entries that may wait to be sealed. More lets a follower fall behind by them; less makes the writers offer them again. */
export const MAX_WAITING = 64;

/** `said`: signed by this device. `quoted`: what somebody who left had signed. */
type Form = "sealed" | "said" | "quoted";

interface Kept {
  readonly form: Form;
  /** Of a quotation: the quotation itself. */
  readonly payload: Bytes;
  /** Where the age decides who gets it. */
  readonly writtenAt: number | undefined;
  /** Of the keys with which it was put last. */
  version: number | undefined;
}

export class Outgoing {
  private readonly kept = new Map<string, Kept>();
  /** Keys whose entry has to be put, in order. */
  private readonly due = new Set<string>();
  private link: Link | undefined;
  private isPumping = false;
  /** Something may have become sendable since the pump looked last. */
  private isWanted = false;
  private isCongested = false;
  private isFull = false;

  /** `drained`: entries are taken again after {@link put} answered `false`. `now`: milliseconds from any origin. */
  constructor(
    private readonly sealing: DataSealing,
    private readonly now: () => number,
    private readonly drained: () => void,
  ) {}

  open(link: Link): void {
    this.link = link;
    this.isCongested = false;
    this.sealAnew();
  }

  close(): void {
    this.link = undefined;
  }

  /** `false` when too many wait. */
  put(form: Form, key: string, payload: Bytes, age: number | undefined): boolean {
    if (this.due.size >= MAX_WAITING && !this.due.has(key)) {
      this.isFull = true;
      return false;
    }
    const writtenAt = age === undefined ? undefined : this.now() - age;
    this.kept.set(key, { form, payload, writtenAt, version: undefined });
    // Set anew, so that keys leave in the order of their last change.
    this.due.delete(key);
    this.due.add(key);
    void this.pump();
    return true;
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
    if (!sealed) return false;
    const age = entry.writtenAt === undefined ? undefined : this.now() - entry.writtenAt;
    if (!link.put(key, sealed, age)) {
      this.isCongested = true;
      return false;
    }
    entry.version = version;
    this.due.delete(key);
    if (this.isFull && this.due.size <= MAX_WAITING / 2) {
      this.isFull = false;
      this.drained();
    }
    return true;
  }

  private seal(key: string, { form, payload }: Kept): Promise<Bytes | undefined> {
    if (form === "said") return this.sealing.say(key, payload);
    if (form === "quoted") return this.sealing.sayAgain(key, payload);
    return this.sealing.seal({ channel: "state", kind: "put", key }, payload);
  }
}
