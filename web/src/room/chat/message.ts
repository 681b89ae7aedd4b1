/** One chat message on the wire: reading, writing, cutting to size. Pure. */

import { decodeEntry, encodeEntry } from "../../viewer/sync/codec";
import type { Json } from "../../viewer/sync/replica";

/** Keys of the chat on the `state` channel. */
export const CHAT_PREFIX = "chat/";
/** Messages that a room shows. More makes late joiners load more; less loses what was said in a long consult. */
export const MAX_MESSAGES = 100;
/** Characters of one message: a page of text. More would not fit a data channel frame in every script. */
export const MAX_CHARS = 2_000;
/**
 * Bytes that one member keeps in the room, of the 2 MiB that the SFU keeps for everything. More: eight members could
 * push the measurements out; less: long messages go before there are a hundred of them.
 */
export const OWN_BYTES = 128 * 1024;
const MAX_NAME = 200;

/** Somebody who writes. */
export interface Author {
  /** Person or guest. Seat numbers may change when the server starts anew, this does not. */
  readonly id: string;
  readonly name: string;
}

export interface Message {
  /** The author's slot: the next message in it replaces this one. */
  readonly slot: number;
  /** Lamport counter, never below the time of day: the order of the room. */
  readonly counter: number;
  readonly author: Author;
  /** The sender was in the room when it came, so the name is the server's; otherwise it is what the message says. */
  readonly isVerified: boolean;
  /** When it was sent, milliseconds since 1970 by the sender's idea of the server's clock. */
  readonly at: number;
  readonly text: string;
}

/** What an entry of the chat says; no message: it was taken back to make room. */
export interface ChatEntry {
  readonly slot: number;
  readonly counter: number;
  readonly content: { readonly author: Author; readonly at: number; readonly text: string } | undefined;
}

/** A message as it is sent: without what no screen shows or what turns text around, and no longer than allowed. */
export function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, "")
    .slice(0, MAX_CHARS)
    .trim();
}

export function chatKey(slot: number): string {
  return `${CHAT_PREFIX}${slot}`;
}

export function encodeChat(member: number, entry: ChatEntry): Uint8Array<ArrayBuffer> {
  const value: Json = entry.content
    ? { id: entry.content.author.id, name: entry.content.author.name, at: entry.content.at, text: entry.content.text }
    : null;
  return encodeEntry({ key: chatKey(entry.slot), version: { counter: entry.counter, member }, value });
}

/** Reads what `sender` wrote; `undefined` when it is no chat entry or names another sender. */
export function decodeChat(key: string, sender: number, payload: Uint8Array): ChatEntry | undefined {
  const slot = Number(key.slice(CHAT_PREFIX.length));
  if (!key.startsWith(CHAT_PREFIX) || chatKey(slot) !== key || slot < 0 || slot >= MAX_MESSAGES) return undefined;
  const entry = decodeEntry(key, payload);
  if (!Number.isSafeInteger(slot) || !entry || entry.version.member !== sender) return undefined;
  const { counter } = entry.version;
  if (entry.value === null) return { slot, counter, content: undefined };
  if (typeof entry.value !== "object" || Array.isArray(entry.value)) return undefined;
  const { id, name, at, text } = entry.value as { readonly [name: string]: Json };
  if (typeof id !== "string" || typeof name !== "string" || typeof text !== "string") return undefined;
  if (typeof at !== "number" || !Number.isFinite(at) || id.length > 64) return undefined;
  const clean = tidy(text);
  if (clean === "") return undefined;
  return { slot, counter, content: { author: { id, name: tidy(name).slice(0, MAX_NAME) }, at, text: clean } };
}
