/** What a push brings: a notification, a receipt, and what is answered from it. */

/// <reference lib="webworker" />

import { request } from "../../api/client";
import { ApiError } from "../../api/problem";
import type { DeliveryReceipt, PushMessage } from "../../api/types";
import type { QueuedAnswer, RingAnswer } from "../../state/outbox";
import { languageOf, noteOf, ringTag, wordsOf, type Note, type NoteAction, type NoteData } from "../../state/pushNote";
import { enqueue, flush } from "../outbox";
import type { WorkerMessage } from "../registration";
import { subscribeAgain } from "../subscription";

/** Between tries to send a receipt, in ms. Without one the server begins the next channel after 15 s. */
const RETRIES = [500, 1500, 4000];

export async function pushed(sw: ServiceWorkerGlobalScope, data: PushMessageData | null): Promise<void> {
  const message = data?.json() as PushMessage | undefined;
  if (!message) return;
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  const note = noteOf(message, Date.now(), (at) => clock.format(at));
  await Promise.all([show(sw, note, message.type === "ring_ended"), receipt(message.receipt, "delivered"), tellPages(sw, message)]);
}

async function show(sw: ServiceWorkerGlobalScope, note: Note, isOver: boolean): Promise<void> {
  await sw.registration.showNotification(note.title, note.options as NotificationOptions);
  if (!isOver) return;
  for (const shown of await sw.registration.getNotifications({ tag: note.options.tag })) shown.close();
}

/** A page that is open looks at once, whatever its own stream does. */
async function tellPages(sw: ServiceWorkerGlobalScope, message: PushMessage): Promise<void> {
  for (const page of await sw.clients.matchAll({ type: "window" })) page.postMessage({ type: "pushed", of: message.type } satisfies WorkerMessage);
}

async function receipt(token: string, state: DeliveryReceipt["state"]): Promise<void> {
  if (token === "") return;
  const body: DeliveryReceipt = { receipt: token, state };
  for (const wait of [...RETRIES, null]) {
    try {
      await request<undefined>("/api/receipts", { method: "POST", body, anonymous: true });
      return;
    } catch (error) {
      if (wait === null || !(error instanceof ApiError) || !error.isTransient) return;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

const ANSWERS: Record<NoteAction, RingAnswer> = { accept: { type: "accept" }, in_five: { type: "accept_in_five" } };

export async function clicked(sw: ServiceWorkerGlobalScope, { notification, action }: NotificationEvent): Promise<void> {
  const data = notification.data as NoteData;
  notification.close();
  const seen = receipt(data.receipt, "seen");
  const answer = ANSWERS[action as NoteAction] as RingAnswer | undefined;
  if (answer && data.ring) await answerFrom(sw, data.ring, answer);
  else await openApp(sw, data.url);
  await seen;
}

/** Swept away is seen as well. */
export const closed = ({ notification }: NotificationEvent): Promise<void> => receipt((notification.data as NoteData).receipt, "seen");

async function openApp(sw: ServiceWorkerGlobalScope, url: string): Promise<void> {
  const pages = await sw.clients.matchAll({ type: "window", includeUncontrolled: true });
  const own = pages.find((page) => new URL(page.url).pathname.startsWith("/oncall"));
  if (!own) {
    await sw.clients.openWindow(url);
    return;
  }
  own.postMessage({ type: "open", hash: new URL(url, own.url).hash } satisfies WorkerMessage);
  await own.focus();
}

type RingOfNote = NonNullable<NoteData["ring"]>;

async function answerFrom(sw: ServiceWorkerGlobalScope, ring: RingOfNote, answer: RingAnswer): Promise<void> {
  const { ringId, consultId, service, hospital, urgency } = ring;
  await enqueue({ ringId, consultId, answer, service, hospital, urgency, phone: null, givenAt: Date.now(), fate: { state: "waiting" } });
  const done = await flush(Date.now);
  const words = wordsOf(ring.language);
  await sw.registration.showNotification(said(words, done.find((queued) => queued.ringId === ringId)), {
    body: `${service}\n${hospital}`,
    tag: ringTag(ringId),
    lang: languageOf(ring.language),
    icon: "/oncall/icon-192.png",
    badge: "/oncall/badge-96.png",
    data: { receipt: "", ring: null, url: `/oncall/#/consult/${consultId}` } satisfies NoteData,
  });
}

function said(words: ReturnType<typeof wordsOf>, queued: QueuedAnswer | undefined): string {
  switch (queued?.fate.state) {
    case "done":
      return words.done[queued.answer.type];
    case "late":
      return words.taken(queued.fate.by);
    case "expired":
    case "refused":
      return words.refused;
    case "waiting":
    case undefined:
      return words.waits;
  }
}

/** The push service has given the subscription another address (Push API § 8): without this nobody is woken any more. */
export const resubscribe = (sw: ServiceWorkerGlobalScope): Promise<void> => subscribeAgain(sw.registration);
