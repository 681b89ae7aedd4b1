/**
 * Verification words: what everybody in a room sees alike if, and only if, all are in the same group and nobody sits
 * between them.
 */

import { utf8, type Bytes } from "../bytes";
import { ENGLISH } from "./english";
import { GERMAN } from "./german";

/**
 * Eight words are 88 bits. A server that sits between two people needs two groups whose words agree, for which it tries
 * pairs of groups: 2^44 with eight words, each as slow as {@link ROUNDS} makes it; with four it would be 2^22. More
 * words are not read to the end.
 */
export const WORDS = 8;
const BITS = 11;
/** Rounds of PBKDF2. More costs every device time at a look (some 20 ms now); less costs who tries many groups less. */
const ROUNDS = 50_000;

export const LISTS = { en: ENGLISH, de: GERMAN } as const;

/** The places of the words in the lists, from the epoch authenticator (RFC 9420 § 8.7). */
export async function wordIndexes(authenticator: Bytes): Promise<number[]> {
  const key = await crypto.subtle.importKey("raw", authenticator, "PBKDF2", false, ["deriveBits"]);
  const salt = utf8("Telekonsil 1.0 verification words");
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS },
    key,
    WORDS * BITS,
  );
  let rest = new Uint8Array(bits).reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  const indexes: number[] = [];
  for (let i = 0; i < WORDS; i += 1) {
    indexes.unshift(Number(rest & ((1n << BigInt(BITS)) - 1n)));
    rest >>= BigInt(BITS);
  }
  return indexes;
}

/** The words in one language. Two people with different languages compare places or switch the language. */
export function wordsOf(indexes: readonly number[], language: keyof typeof LISTS): string[] {
  return indexes.map((index) => LISTS[language][index] ?? "");
}
