import { useSyncExternalStore } from "react";
import type { PersonId } from "../api/types";

const STORE = "telekonsil.seen:";
/** Keys to remember. More than anybody is asked in months; less rings again for last week's. */
const REMEMBERED = 500;

/** What one person has acknowledged in this browser, so that a reload does not announce it again. Keys hold ids, times and numbers. */
class SeenStore {
  private keys: readonly string[];
  private readonly listeners = new Set<() => void>();

  constructor(private readonly name: string) {
    this.keys = read(name);
    // Another tab has acknowledged something.
    globalThis.window?.addEventListener("storage", (event) => {
      if (event.key === name) this.take(read(name));
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): readonly string[] => this.keys;

  add(...keys: readonly string[]): void {
    const added = keys.filter((key) => !this.keys.includes(key));
    if (added.length > 0) this.write([...this.keys, ...added].slice(-REMEMBERED));
  }

  /** Forgets those that `keep` leaves out. */
  keep(keep: (keys: readonly string[]) => readonly string[]): void {
    const kept = keep(this.keys);
    if (kept.length < this.keys.length) this.write(kept);
  }

  private write(keys: readonly string[]): void {
    try {
      localStorage.setItem(this.name, JSON.stringify(keys));
    } catch {
      // Without storage it lasts as long as the page.
    }
    this.take(keys);
  }

  private take(keys: readonly string[]): void {
    this.keys = keys;
    for (const listener of this.listeners) listener();
  }
}

function read(name: string): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(name) ?? "[]");
    return Array.isArray(stored) ? stored.filter((key) => typeof key === "string") : [];
  } catch {
    return [];
  }
}

const stores = new Map<PersonId, SeenStore>();

/** Of this person alone: a ward's PC is everybody's, and what one has seen still calls the next. */
export function seenBy(person: PersonId): SeenStore {
  const store = stores.get(person) ?? new SeenStore(STORE + person);
  stores.set(person, store);
  return store;
}

export function useSeen(person: PersonId): readonly string[] {
  const { subscribe, snapshot } = seenBy(person);
  return useSyncExternalStore(subscribe, snapshot);
}
