/**
 * The SFrame header, RFC 9605 § 4.3: one configuration byte `X KKK Y CCC`, then KID and CTR where they do not fit into
 * their three bits, each big-endian in as few bytes as possible.
 */

import type { Bytes } from "../bytes";

export interface Header {
  readonly kid: bigint;
  readonly ctr: bigint;
  /** Length of the header in bytes. */
  readonly length: number;
}

/** Values below it stand in the configuration byte itself. */
const INLINE = 8n;
const EXTENDED_KID = 0x80;
const EXTENDED_CTR = 0x08;

/** `kid` and `ctr` are unsigned and have 64 bits at most. */
export function encodeHeader(kid: bigint, ctr: bigint): Bytes {
  const kidLength = lengthOf(kid);
  const ctrLength = lengthOf(ctr);
  const header = new Uint8Array(1 + kidLength + ctrLength);
  const kidBits = kidLength === 0 ? Number(kid) << 4 : EXTENDED_KID | ((kidLength - 1) << 4);
  const ctrBits = ctrLength === 0 ? Number(ctr) : EXTENDED_CTR | (ctrLength - 1);
  header[0] = kidBits | ctrBits;
  write(header, 1, kidLength, kid);
  write(header, 1 + kidLength, ctrLength, ctr);
  return header;
}

/** `undefined` when it is cut off or longer than it has to be: a value has one encoding. */
export function decodeHeader(data: Uint8Array): Header | undefined {
  const config = data[0];
  if (config === undefined) return undefined;
  const kidLength = config & EXTENDED_KID ? ((config >> 4) & 7) + 1 : 0;
  const ctrLength = config & EXTENDED_CTR ? (config & 7) + 1 : 0;
  const length = 1 + kidLength + ctrLength;
  if (data.length < length) return undefined;
  const kid = kidLength === 0 ? BigInt((config >> 4) & 7) : read(data, 1, kidLength);
  const ctr = ctrLength === 0 ? BigInt(config & 7) : read(data, 1 + kidLength, ctrLength);
  if (lengthOf(kid) !== kidLength || lengthOf(ctr) !== ctrLength) return undefined;
  return { kid, ctr, length };
}

/** Bytes that a value takes behind the configuration byte. */
function lengthOf(value: bigint): number {
  if (value < INLINE) return 0;
  let length = 0;
  for (let rest = value; rest > 0n; rest >>= 8n) length += 1;
  return length;
}

function write(out: Uint8Array, at: number, length: number, value: bigint): void {
  for (let i = length - 1, rest = value; i >= 0; i -= 1, rest >>= 8n) out[at + i] = Number(rest & 0xffn);
}

function read(data: Uint8Array, at: number, length: number): bigint {
  let value = 0n;
  for (let i = 0; i < length; i += 1) value = (value << 8n) | BigInt(data[at + i] ?? 0);
  return value;
}
