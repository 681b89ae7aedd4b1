/** Sends answers that had no network; from the page and from the service worker, whichever lives. */

import { request } from "../api/client";
import { ApiError } from "../api/problem";
import type { ConsultDetail, Me } from "../api/types";
import { fateOf, isExpired, settled, type QueuedAnswer } from "../state/outbox";
import { db } from "./db";

const CHANNEL = "telekonsil-outbox";
const SYNC = "answers";

/** Called after every change, here or in another tab or the worker. */
export function watchOutbox(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = listener;
  return () => channel.close();
}

function tell(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
}

export const answers = (): Promise<QueuedAnswer[]> => db.all<QueuedAnswer>("answers");

/** Keeps an answer for later; the last one to a ring counts. */
export async function enqueue(answer: QueuedAnswer): Promise<void> {
  await db.put("answers", answer.ringId, answer);
  tell();
  await askForSync();
}

export async function putAway(ringId: string): Promise<void> {
  await db.remove("answers", ringId);
  tell();
}

interface SyncRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

async function askForSync(): Promise<void> {
  try {
    const own = (globalThis as { registration?: ServiceWorkerRegistration }).registration;
    const registration = (own ?? (await navigator.serviceWorker?.getRegistration("/oncall/"))) as SyncRegistration | undefined;
    await registration?.sync?.register(SYNC);
  } catch {
    // No Background Sync, or not allowed: the page tries while it is open.
  }
}

/** Sends what waits, the oldest first; returns what was settled. Two at once would send twice: one lock for all. */
export function flush(now: () => number): Promise<QueuedAnswer[]> {
  return navigator.locks.request(CHANNEL, async () => {
    const done: QueuedAnswer[] = [];
    const waiting = (await answers()).filter(({ fate }) => fate.state === "waiting").toSorted((a, b) => a.givenAt - b.givenAt);
    for (const queued of waiting) {
      const fate = isExpired(queued, now()) ? ({ state: "expired", at: now() } as const) : fateOf(await failureOf(queued), now());
      if (fate.state === "waiting") break;
      const over = settled(queued, fate);
      await db.put("answers", queued.ringId, over);
      done.push(over);
    }
    if (done.length > 0) tell();
    return done;
  });
}

async function failureOf({ consultId, answer }: QueuedAnswer): Promise<ApiError | null> {
  try {
    // With its own look at the session: a worker has no page, and a page's token may be of yesterday.
    const me = await request<Me>("/api/session", { anonymous: true });
    const url = `/api/consults/${encodeURIComponent(consultId)}/actions`;
    await request<ConsultDetail>(url, { method: "POST", body: answer, csrf: me.csrf_token, anonymous: true });
    return null;
  } catch (error) {
    return error instanceof ApiError ? error : new ApiError("unknown", 0);
  }
}
