import { compareVersions, MAX_COUNTER, type Version } from "./version";

/** Anything JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** One last-writer-wins entry. `value: null` is a tombstone: the thing was deleted, and stays deleted. */
export interface Entry {
  readonly key: string;
  readonly version: Version;
  readonly value: Json;
}

/**
 * Entries that a replica holds at most. A consult has some dozens; more would let one member fill the memory of all
 * others, less would lose measurements of a long session. Beyond it new keys are not taken.
 */
export const MAX_ENTRIES = 4096;

/**
 * The shared state as one member sees it: a map of last-writer-wins entries. Merging is commutative, associative and
 * idempotent, so replicas that have seen the same entries hold the same state, in whatever order, however often.
 *
 * Pure: no clock, no DOM, no channel.
 */
export class Replica {
  private readonly byKey = new Map<string, Entry>();
  private counter = 0;

  /** Writes as `member`; the new entry is newer than everything this replica has seen. */
  put(key: string, value: Json, member: number): Entry {
    this.counter = Math.min(this.counter + 1, MAX_COUNTER);
    const entry: Entry = { key, version: { counter: this.counter, member }, value };
    this.byKey.set(key, entry);
    return entry;
  }

  /** Takes in what another member wrote. `true` when it changed this replica. */
  merge(entry: Entry): boolean {
    this.counter = Math.max(this.counter, entry.version.counter);
    const held = this.byKey.get(entry.key);
    if (held === undefined ? this.byKey.size >= MAX_ENTRIES : !wins(entry, held)) return false;
    this.byKey.set(entry.key, entry);
    return true;
  }

  /** The entry under `key`, tombstones included. */
  entry(key: string): Entry | undefined {
    return this.byKey.get(key);
  }

  /** The value under `key`; `undefined` when it was never written or was deleted. */
  value(key: string): Json | undefined {
    return this.byKey.get(key)?.value ?? undefined;
  }

  /** Every entry, tombstones included, in the order of the keys. */
  entries(): Entry[] {
    return [...this.byKey.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }
}

/**
 * A seat survives a reload, its counter does not: the same version may then stand for two values. Their text decides,
 * so that all replicas still agree.
 */
function wins(entry: Entry, held: Entry): boolean {
  const order = compareVersions(entry.version, held.version);
  return order > 0 || (order === 0 && canonical(entry.value) > canonical(held.value));
}

/** JSON with sorted names: equal values give equal text. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const object = value as { readonly [name: string]: Json };
    const members = Object.keys(object)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonical(object[name] ?? null)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}
