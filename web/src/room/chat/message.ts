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
/** What signing and sealing add to a message, in bytes: the author's attestation, two signatures, MLS around them. */
export const SIGNED_BYTES = 1024;
const MAX_NAME = 200;

/** Somebody who writes. */
export interface Author {
  /** Person or guest. Seat numbers may change when the server starts anew, this does not. */
  readonly id: string;
  readonly name: string;
}

/** Where a message stands: the next one in the same place replaces it. */
export interface Place {
  /** Id of who writes there, and nobody else. */
  readonly author: string;
  /** Drawn anew by each page: one that was reloaded does not know what it wrote before, and must not write over it. */
  readonly page: string;
  readonly slot: number;
}

export interface Message {
  readonly place: Place;
  /** Lamport counter, never below the time of day: the order of the room. */
  readonly counter: number;
  readonly author: Author;
  /**
   * The author has signed it, or, where nothing is sealed, was in the room when it came, so that the name is the server's.
   * Otherwise it is what the message says.
   */
  readonly isVerified: boolean;
  /** Passed on by somebody else, with the author's signature: the author has left. */
  readonly isQuoted: boolean;
  /** When it was sent, milliseconds since 1970 by the sender's idea of the server's clock. */
  readonly at: number;
  readonly text: string;
}

/** What an entry of the chat says; no message: it was taken back to make room. */
export interface ChatEntry {
  readonly place: Place;
  readonly counter: number;
  readonly content: { readonly author: Author; readonly at: number; readonly text: string } | undefined;
}

/** A text as it is sent: without what no screen shows or what turns text around, and no longer than allowed. */
export function tidy(text: string, most = MAX_CHARS): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, "")
    .slice(0, most)
    .trim();
}

export function newPage(): string {
  return [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function chatKey({ author, page, slot }: Place): string {
  return `${CHAT_PREFIX}${author}/${page}/${slot}`;
}

/** `undefined` for a key of something else. */
export function placeOf(key: string): Place | undefined {
  const [, author, page, digits] = /^chat\/([\w-]{1,64})\/([0-9a-f]{8})\/(\d{1,2})$/.exec(key) ?? [];
  const slot = Number(digits);
  const place = author !== undefined && page !== undefined && { author, page, slot };
  return place && chatKey(place) === key && slot < MAX_MESSAGES ? place : undefined;
}

export function encodeChat(member: number, { place, counter, content }: ChatEntry): Uint8Array<ArrayBuffer> {
  const value: Json = content
    ? { id: content.author.id, name: content.author.name, at: content.at, text: content.text }
    : null;
  return encodeEntry({ key: chatKey(place), version: { counter, member }, value });
}

/** `undefined` when it is no chat entry or names another author than its key. */
export function decodeChat(key: string, payload: Uint8Array): ChatEntry | undefined {
  const place = placeOf(key);
  const entry = decodeEntry(key, payload);
  if (!place || !entry) return undefined;
  const { counter } = entry.version;
  if (entry.value === null) return { place, counter, content: undefined };
  if (typeof entry.value !== "object" || Array.isArray(entry.value)) return undefined;
  const { id, name, at, text } = entry.value as { readonly [name: string]: Json };
  if (id !== place.author || typeof name !== "string" || typeof text !== "string") return undefined;
  if (typeof at !== "number" || !Number.isFinite(at)) return undefined;
  const clean = tidy(text);
  if (clean === "") return undefined;
  return { place, counter, content: { author: { id, name: tidy(name).slice(0, MAX_NAME) }, at, text: clean } };
}
