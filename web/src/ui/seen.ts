import { useSyncExternalStore } from "react";

const STORE = "telekonsil.seen";
/** Keys to remember. More than anybody is asked in months; less rings again for last week's. */
const REMEMBERED = 500;

/** What was acknowledged in this browser, so that a reload does not announce it again. Keys hold ids, times and numbers. */
class SeenStore {
  private keys: readonly string[] = read();
  private readonly listeners = new Set<() => void>();

  constructor() {
    // Another tab has acknowledged something.
    globalThis.addEventListener?.("storage", (event) => {
      if (event.key === STORE) this.take(read());
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
      localStorage.setItem(STORE, JSON.stringify(keys));
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

function read(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(stored) ? stored.filter((key) => typeof key === "string") : [];
  } catch {
    return [];
  }
}

export const seen = new SeenStore();

export const useSeen = (): readonly string[] => useSyncExternalStore(seen.subscribe, seen.snapshot);
