import { concat, type Bytes } from "../bytes";
import { deriveSframeKey, encrypt, type BaseKey, type SframeKey } from "./cipher";
import { encodeHeader } from "./header";
import { CONTEXT_BITS, encodeKid } from "./kid";

/** What an epoch of the group means for whoever seals. */
export interface SenderEpoch {
  readonly epoch: bigint;
  /** This member's leaf. */
  readonly leaf: number;
  readonly base: BaseKey;
}

/**
 * Seals for one member, in one worker, everything that goes out: audio and video share the counter.
 *
 * Invariant: no counter is used twice under one key. The counter belongs to the object and only grows, over all epochs;
 * it is taken together with the key before anything is awaited; another object has another context and with it other
 * keys.
 */
export class Sender {
  private readonly context: bigint;
  private counter = 0n;
  private key: SframeKey | undefined;
  /** Number of the latest {@link use}: of two that overlap, the later call counts, whichever derivation ends first. */
  private uses = 0;

  /** `random` fills with unpredictable bytes. */
  constructor(random: (bytes: Bytes) => void) {
    const bytes = new Uint8Array(Number(CONTEXT_BITS) / 8);
    random(bytes);
    this.context = bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  /** Seals with this epoch's key from now on. */
  async use({ epoch, leaf, base }: SenderEpoch): Promise<void> {
    const mine = (this.uses += 1);
    // Without the new key nothing leaves: the old one may be known to somebody who was removed.
    const key = await deriveSframeKey(base, encodeKid(this.context, leaf, epoch)).catch(() => undefined);
    if (mine === this.uses) this.key = key;
  }

  /** Seals nothing any more. */
  stop(): void {
    this.uses += 1;
    this.key = undefined;
  }

  /** Header, ciphertext and tag; `undefined` without a key. `metadata` is authenticated and stays where it is. */
  async seal(metadata: Uint8Array, plaintext: Bytes): Promise<Bytes | undefined> {
    const key = this.key;
    if (!key) return undefined;
    const ctr = this.counter;
    this.counter += 1n;
    const header = encodeHeader(key.kid, ctr);
    return concat(header, await encrypt(key, ctr, concat(header, metadata), plaintext));
  }
}
