/**
 * Who sealed a frame, RFC 9605 § 5.2:
 *
 *     64-S-E bits   S bits   E bits
 *     +----------+--------+-------+
 *     | context  |  leaf  | epoch |
 *     +----------+--------+-------+
 *
 * The context is drawn anew for each sender object, so that one that starts counting again (a worker that was
 * restarted) does so under another key.
 */

/** Lowest bits of the MLS epoch. Fewer confuse epochs that are still kept; more cost a byte in every frame. */
export const EPOCH_BITS = 8n;
/** A leaf of the MLS tree. Fewer bits end at 128 leaves, far above a room of eight; more cost a byte in every frame. */
export const LEAF_BITS = 8n;
/**
 * More cost bytes in every frame (50 audio frames a second and sender); fewer let two senders of one leaf draw the same
 * context within one epoch more likely: once in four thousand million times now, and a page that was reloaded has
 * another leaf or epoch anyway.
 */
export const CONTEXT_BITS = 32n;

export interface Kid {
  readonly context: bigint;
  readonly leaf: number;
  /** The lowest {@link EPOCH_BITS} bits. */
  readonly epoch: number;
}

export function encodeKid(context: bigint, leaf: number, epoch: bigint): bigint {
  if (context >> CONTEXT_BITS !== 0n) throw new RangeError("SFrame context too large");
  if (BigInt(leaf) >> LEAF_BITS !== 0n) throw new RangeError("MLS leaf too large for a KID");
  return (context << (LEAF_BITS + EPOCH_BITS)) | (BigInt(leaf) << EPOCH_BITS) | BigInt(epochLow(epoch));
}

/** `undefined` when it has bits that this layout leaves unused. */
export function decodeKid(kid: bigint): Kid | undefined {
  const context = kid >> (LEAF_BITS + EPOCH_BITS);
  if (context >> CONTEXT_BITS !== 0n) return undefined;
  return { context, leaf: Number((kid >> EPOCH_BITS) & mask(LEAF_BITS)), epoch: epochLow(kid) };
}

/** What of an epoch's number stands in a KID. */
export function epochLow(epoch: bigint): number {
  return Number(epoch & mask(EPOCH_BITS));
}

function mask(bits: bigint): bigint {
  return (1n << bits) - 1n;
}
