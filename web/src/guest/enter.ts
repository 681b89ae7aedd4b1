import { guestApi } from "../api/guest";
import { asApiError } from "../api/problem";
import type { GuestId, GuestView } from "../api/types";

type Api = Pick<typeof guestApi, "open" | "view">;

/** Which link has made which guest, in this browser. It has one guest's cookie at a time: the last one counts. */
export interface Opened {
  /** Hash of the link's token, which opens nothing. */
  readonly link: string;
  readonly guest: GuestId;
}

export interface Memory {
  read(): Opened | undefined;
  write(opened: Opened): void;
}

/**
 * Opens the invitation, or comes back by the cookie that opening it has left: whoever closed the page has only the link,
 * and that works once. A cookie of another invitation is no way into this one, nor the other way round.
 */
export async function enter(token: string, api: Api = guestApi, memory: Memory = browserMemory): Promise<GuestView> {
  const link = await hashOf(token);
  try {
    const view = await api.open(token);
    memory.write({ link, guest: view.id });
    return view;
  } catch (problem) {
    const opened = memory.read();
    if (asApiError(problem)?.code !== "guest_link_used" || opened?.link !== link) throw problem;
    const view = await api.view().catch(() => undefined);
    if (view?.id !== opened.guest) throw problem;
    return view;
  }
}

/** Whether an invitation was opened in this browser: then it is over when nobody knows the cookie any more. */
export const hasOpened = (memory: Memory = browserMemory): boolean => memory.read() !== undefined;

async function hashOf(token: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const STORE = "telekonsil.guest";
/** Where storage is switched off: as long as the page. */
let kept: Opened | undefined;

/** As long as the cookie, which outlives the tab. */
const browserMemory: Memory = {
  read: () => {
    try {
      const opened = JSON.parse(localStorage.getItem(STORE) ?? "null") as Opened | null;
      return opened ?? kept;
    } catch {
      return kept;
    }
  },
  write: (opened) => {
    kept = opened;
    try {
      localStorage.setItem(STORE, JSON.stringify(opened));
    } catch {
      // Storage is switched off.
    }
  },
};
