/**
 * The data channel envelope of `schemas/src/room.rs`: the SFU reads it and never the payload.
 *
 *     client → SFU   u8 kind | u8 n | n bytes key | [u32 BE age, with kind 5 alone] | payload
 *     SFU → client   u8 kind | u32 BE sender | u8 n | n bytes key | payload
 */

/** Largest frame in bytes, envelope included (`MAX_DATA_FRAME`); the SFU drops larger ones. */
export const MAX_DATA_FRAME = 16 * 1024;

export const Kind = { put: 1, delete: 2, ephemeral: 3, endOfSnapshot: 4 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];
/** Only clients say this one: a put of what was written a while ago. The others get it as a put. */
const AGED_PUT = 5;
const AGE_BYTES = 4;

export interface Incoming {
  readonly kind: Kind;
  /** Seat of the sender, set by the SFU. */
  readonly sender: number;
  readonly key: string;
  readonly payload: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A put of what was written `age` milliseconds ago: who came after it does not get it. See {@link encodeFrame}. */
export function encodeAgedPut(key: string, payload: Uint8Array, age: number): Uint8Array<ArrayBuffer> | undefined {
  const aged = new Uint8Array(AGE_BYTES + payload.length);
  new DataView(aged.buffer).setUint32(0, Math.min(Math.max(Math.round(age), 0), 0xffffffff));
  aged.set(payload, AGE_BYTES);
  return encode(AGED_PUT, key, aged);
}

/** A frame for the SFU; `undefined` when key or frame are too large to be relayed. */
export function encodeFrame(kind: Kind, key: string, payload: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  return encode(kind, key, payload);
}

function encode(kind: number, key: string, payload: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const name = encoder.encode(key);
  const length = 2 + name.length + payload.length;
  if (name.length > 255 || length > MAX_DATA_FRAME) return undefined;
  const frame = new Uint8Array(length);
  frame[0] = kind;
  frame[1] = name.length;
  frame.set(name, 2);
  frame.set(payload, 2 + name.length);
  return frame;
}

/** Reads a frame from the SFU; `undefined` when it is damaged or of an unknown kind. */
export function decodeFrame(data: ArrayBuffer): Incoming | undefined {
  if (data.byteLength < 6) return undefined;
  const view = new DataView(data);
  const kind = view.getUint8(0);
  const keyEnd = 6 + view.getUint8(5);
  if (kind < Kind.put || kind > Kind.endOfSnapshot || keyEnd > data.byteLength) return undefined;
  try {
    const key = decoder.decode(new Uint8Array(data, 6, keyEnd - 6));
    return { kind: kind as Kind, sender: view.getUint32(1), key, payload: new Uint8Array(data, keyEnd) };
  } catch {
    return undefined;
  }
}
