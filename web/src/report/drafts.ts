/**
 * Drafts of reports, kept for this tab: they survive a reload, a phone that ends the page in the background, and the way
 * from the room to the duty page. They are patient data: they go when the report is signed, when the tab is closed,
 * when the person signs out, and when another person signs in.
 */

import { useCallback, useEffect, useSyncExternalStore } from "react";
import type { ConsultDetail, ConsultId, KeyImage, PersonId } from "../api/types";
import { MAX_KEY_IMAGES, firstDraft, readDraft, withKeyImage, type Draft } from "./draft";

const PREFIX = "telekonsil.report.";
const keyOf = (person: PersonId, consult: ConsultId) => `${PREFIX}${person}.${consult}`;
const shownKeyOf = (person: PersonId, consult: ConsultId) => `${keyOf(person, consult)}.shown`;

/** What was read or written here; the only place where storage is forbidden. */
const held = new Map<string, Draft | null>();
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function get(key: string): Draft | null {
  const known = held.get(key);
  if (known !== undefined) return known;
  const read = readDraft(withStorage((storage) => storage.getItem(key)) ?? null);
  held.set(key, read);
  return read;
}

function set(key: string, draft: Draft | null): void {
  held.set(key, draft);
  withStorage((storage) => (draft === null ? storage.removeItem(key) : storage.setItem(key, JSON.stringify(draft))));
  for (const listener of listeners) listener();
}

/** Storage may be forbidden or full: the draft then lives as long as the page. */
function withStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}

/** Forgets what others wrote in this tab; everything, when nobody is named. */
export function forgetDrafts(except?: PersonId): void {
  const isOthers = (key: string) => key.startsWith(PREFIX) && !(except && key.startsWith(`${PREFIX}${except}.`));
  withStorage((storage) => {
    for (const key of Object.keys(storage).filter(isOthers)) storage.removeItem(key);
  });
  for (const key of [...held.keys()].filter(isOthers)) held.delete(key);
  for (const listener of listeners) listener();
}

export interface OpenDraft {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  discard: () => void;
}

/** The draft of this person for this consult; what an empty form holds while nothing was written. */
export function useDraft(detail: ConsultDetail, person: PersonId): OpenDraft {
  const key = keyOf(person, detail.summary.id);
  useEffect(() => forgetDrafts(person), [person]);
  const kept = useSyncExternalStore(
    subscribe,
    useCallback(() => get(key), [key]),
  );
  const draft = kept ?? firstDraft(detail);
  return {
    draft,
    // Two changes before the next rendering both count: what is kept is asked again.
    change: (part) => set(key, { ...(get(key) ?? draft), ...part }),
    discard: () => discardDraft(person, detail.summary.id),
  };
}

/** Forgets the draft, and what of it was shown in the room. */
export function discardDraft(person: PersonId, consult: ConsultId): void {
  withStorage((storage) => storage.removeItem(shownKeyOf(person, consult)));
  set(keyOf(person, consult), null);
}

/** What of the draft is shown in the room: kept and forgotten as the draft is. */
export function shownStore(consult: ConsultId) {
  return {
    read: (person: PersonId) => withStorage((storage) => storage.getItem(shownKeyOf(person, consult))) ?? null,
    write: (person: PersonId, text: string) => withStorage((storage) => storage.setItem(shownKeyOf(person, consult), text)),
  };
}

/** Something was written and not signed. */
export function useHasDraft(detail: ConsultDetail, person: PersonId | undefined): boolean {
  return useSyncExternalStore(
    subscribe,
    () => person !== undefined && get(keyOf(person, detail.summary.id)) !== null,
  );
}

/** Puts an image into the draft from outside of the form. */
export function addKeyImage(detail: ConsultDetail, person: PersonId, image: KeyImage): "added" | "known" | "full" {
  const key = keyOf(person, detail.summary.id);
  const draft = get(key) ?? firstDraft(detail);
  if (draft.keyImages.length >= MAX_KEY_IMAGES) return "full";
  const changed = withKeyImage(draft, image);
  if (changed === draft) return "known";
  set(key, changed);
  return "added";
}
