/**
 * Messages that cannot be opened yet: the keys of their epoch, or the seat that they come from, are not known here. Only
 * the newest of each seat and key counts. Pure; told the time in milliseconds.
 */

import type { Received } from "../../rtc/channel";

/** More keeps what will never open for longer; less loses what crossed a slow change of the epoch. */
export const HELD_FOR = 10_000;
/** Entries and bytes that are held. The server keeps 2 MiB for a room; more lets it fill the memory of a page. */
export const MAX_HELD = 4096;
const MAX_BYTES = 4 * 1024 * 1024;

/** What was opened already and waits for its seat. */
export interface Opened {
  readonly person: string | undefined;
  readonly payload: Uint8Array;
}

export interface Held {
  readonly message: Received;
  readonly at: number;
  readonly opened: Opened | undefined;
}

export class Holding {
  private held = new Map<string, Held>();
  private bytes = 0;

  hold(held: Held): void {
    const name = nameOf(held.message);
    this.drop(name);
    this.held.set(name, held);
    this.bytes += held.message.payload.length;
    for (const oldest of this.held.keys()) {
      if (this.held.size <= MAX_HELD && this.bytes <= MAX_BYTES) return;
      this.drop(oldest);
    }
  }

  /** A newer one was opened. */
  drop(name: string): void {
    const held = this.held.get(name);
    if (!held) return;
    this.held.delete(name);
    this.bytes -= held.message.payload.length;
  }

  /** All of them, the oldest first; whatever still cannot be opened has to be held again. */
  take(now: number): Held[] {
    const all = [...this.held.values()].filter(({ at }) => now - at < HELD_FOR);
    this.clear();
    return all;
  }

  clear(): void {
    this.held.clear();
    this.bytes = 0;
  }
}

/** One entry of the room: keys have no line break. */
export function nameOf({ sender, key }: Pick<Received, "sender" | "key">): string {
  return `${sender}\n${key}`;
}
