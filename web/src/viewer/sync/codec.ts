import type { Entry, Json } from "./replica";
import { isVersion } from "./version";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Payload of a kept entry: `[counter, member, value]` as JSON. The key stands in the envelope. */
export function encodeEntry(entry: Entry): Uint8Array<ArrayBuffer> {
  return encodeJson([entry.version.counter, entry.version.member, entry.value]);
}

/** Reads what another member sent; `undefined` when it is not an entry. */
export function decodeEntry(key: string, payload: Uint8Array): Entry | undefined {
  const json = decodeJson(payload);
  if (!Array.isArray(json) || json.length !== 3 || !isVersion(json[0], json[1])) return undefined;
  return { key, version: { counter: json[0] as number, member: json[1] as number }, value: json[2] as Json };
}

export function encodeJson(json: Json): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(json)) as Uint8Array<ArrayBuffer>;
}

/** `undefined` when the bytes are not UTF-8 or not JSON. */
export function decodeJson(payload: Uint8Array): Json | undefined {
  try {
    return JSON.parse(decoder.decode(payload)) as Json;
  } catch {
    return undefined;
  }
}
