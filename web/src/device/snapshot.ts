/**
 * What a phone without a network still knows: who its owner is, their duties, and whom to call. Staff only, never a
 * patient; it goes at sign-out.
 */

import { lastContact } from "../api/contact";
import type { Contacts, Duty, Me, Service } from "../api/types";

const STORE = "telekonsil.offline";

export interface Snapshot {
  /** Without its anti-forgery token. */
  me: Me;
  duties: Duty[];
  services: Service[];
  contacts: Contacts | null;
  /** Last contact with the server, by the device's clock. */
  at: number;
}

export function readSnapshot(): Snapshot | null {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "null") as Snapshot | null;
  } catch {
    return null;
  }
}

export function writeSnapshot(known: Omit<Snapshot, "at">): void {
  const at = lastContact();
  if (at === null) return;
  try {
    localStorage.setItem(STORE, JSON.stringify({ ...known, me: { ...known.me, csrf_token: "" }, at } satisfies Snapshot));
  } catch {
    // Without storage there is nothing to read offline.
  }
}

export function forgetSnapshot(): void {
  try {
    localStorage.removeItem(STORE);
  } catch {
    // Nothing was kept.
  }
}
