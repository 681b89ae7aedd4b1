import { concat, type Bytes } from "../bytes";
import { decrypt, deriveSframeKey, type BaseKey, type SframeKey } from "./cipher";
import { decodeHeader, type Header } from "./header";
import { decodeKid, epochLow } from "./kid";
import { ReplayWindow } from "./replayWindow";

/**
 * How long the keys of an epoch still open frames after the next one began, in milliseconds. More gives somebody who was
 * removed longer to be heard by a server that plays along; less loses frames that were under way or sent again.
 */
export const KEEP_OLD_EPOCH = 8000;
/**
 * The same when somebody was removed, who knows the old key and could speak as the others with it. More lets them; less
 * loses what the others had under way.
 */
export const KEEP_AFTER_REMOVAL = 1000;
/**
 * Senders of one leaf that are listened to in one epoch. More lets a member make the others keep more state; less refuses
 * somebody whose worker was restarted often.
 */
export const MAX_CONTEXTS = 16;

export interface ReceiverEpoch {
  readonly epoch: bigint;
  /** Who sits on which leaf: a name of the person with this device. */
  readonly members: ReadonlyMap<number, string>;
  readonly base: BaseKey;
}

export type OpenFault =
  /** Not an SFrame of ours. */
  | "malformed"
  /** Of an epoch that is not known (any more, or not yet). */
  | "no_key"
  | "not_a_member"
  | "too_many_senders"
  | "replayed"
  /** Sealed with another key, for another place, or changed on the way. */
  | "forged";

export type Opened =
  | { readonly ok: true; readonly leaf: number; readonly member: string; readonly plaintext: Bytes }
  | { readonly ok: false; readonly fault: OpenFault };

interface Known {
  readonly epoch: bigint;
  readonly base: BaseKey;
  /** Those who are still members. */
  members: ReadonlyMap<number, string>;
  /** When it is forgotten; the current one never. */
  until: number | undefined;
  /** By KID; only of senders that have sealed something that opened. */
  readonly senders: Map<bigint, { readonly key: SframeKey; readonly window: ReplayWindow }>;
}

/** Opens what the members of a group have sealed. Told the time, in milliseconds from any origin. */
export class Receiver {
  private epochs: Known[] = [];

  /** The group's epoch now. Those before are forgotten after a while, and whoever is no member any more at once. */
  use({ epoch, base, members }: ReceiverEpoch, now: number): void {
    if (this.epochs.some((known) => known.epoch === epoch && known.base === base)) return;
    const current = this.epochs.at(-1);
    const isRemoval = current !== undefined && !isWithin(current.members, members);
    for (const known of this.epochs) {
      known.until = Math.min(known.until ?? Infinity, now + (isRemoval ? KEEP_AFTER_REMOVAL : KEEP_OLD_EPOCH));
      known.members = new Map([...known.members].filter(([leaf, name]) => members.get(leaf) === name));
    }
    // Two epochs that look alike in a KID cannot be told apart: the new one counts.
    this.epochs = this.epochs.filter((known) => epochLow(known.epoch) !== epochLow(epoch));
    this.epochs.push({ epoch, base, members, until: undefined, senders: new Map() });
    this.expire(now);
  }

  /** Forgets every key. */
  stop(): void {
    this.epochs = [];
  }

  /** `metadata` is what the sender authenticated beside the payload. */
  async open(metadata: Uint8Array, sealed: Bytes, now: number): Promise<Opened> {
    this.expire(now);
    const header = decodeHeader(sealed);
    const kid = header && decodeKid(header.kid);
    if (!header || !kid || header.ctr > BigInt(Number.MAX_SAFE_INTEGER)) return refuse("malformed");
    const epoch = this.epochs.find((known) => epochLow(known.epoch) === kid.epoch);
    if (!epoch) return refuse("no_key");
    if (!epoch.members.has(kid.leaf)) return refuse("not_a_member");
    const ctr = Number(header.ctr);
    if (epoch.senders.get(header.kid)?.window.has(ctr)) return refuse("replayed");
    if (!epoch.senders.has(header.kid) && contextsOf(epoch, kid.leaf) >= MAX_CONTEXTS)
      return refuse("too_many_senders");
    const key = epoch.senders.get(header.kid)?.key ?? (await deriveSframeKey(epoch.base, header.kid));
    const plaintext = await openWith(key, header, metadata, sealed);
    if (!plaintext) return refuse("forged");
    // Looked up again: another frame of the same sender may have been first, or the epoch forgotten meanwhile.
    if (!this.epochs.includes(epoch)) return refuse("no_key");
    const member = epoch.members.get(kid.leaf);
    if (member === undefined) return refuse("not_a_member");
    const sender = epoch.senders.get(header.kid) ?? { key, window: new ReplayWindow() };
    epoch.senders.set(header.kid, sender);
    return sender.window.add(ctr) ? { ok: true, leaf: kid.leaf, member, plaintext } : refuse("replayed");
  }

  /** It is of the epoch after the newest, or of the first that is to be known here: the key may be about to come. */
  isAhead(sealed: Uint8Array): boolean {
    const header = decodeHeader(sealed);
    const kid = header && decodeKid(header.kid);
    const newest = this.epochs.at(-1);
    return kid !== undefined && (newest === undefined || kid.epoch === epochLow(newest.epoch + 1n));
  }

  /** No key has come yet, or none any more. */
  get isEmpty(): boolean {
    return this.epochs.length === 0;
  }

  private expire(now: number): void {
    this.epochs = this.epochs.filter(({ until }) => until === undefined || now < until);
  }
}

function isWithin(before: ReadonlyMap<number, string>, after: ReadonlyMap<number, string>): boolean {
  return [...before].every(([leaf, name]) => after.get(leaf) === name);
}

function openWith(key: SframeKey, header: Header, metadata: Uint8Array, sealed: Bytes): Promise<Bytes | undefined> {
  const aad = concat(sealed.subarray(0, header.length), metadata);
  return decrypt(key, header.ctr, aad, sealed.subarray(header.length));
}

function contextsOf(epoch: Known, leaf: number): number {
  let count = 0;
  for (const kid of epoch.senders.keys()) if (decodeKid(kid)?.leaf === leaf) count += 1;
  return count;
}

function refuse(fault: OpenFault): Opened {
  return { ok: false, fault };
}
