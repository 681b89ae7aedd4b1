/** The service worker of the on-call app: wakes people, opens without a network, sends answers that had none. */

/// <reference lib="webworker" />

import { flush } from "../outbox";
import { clicked, closed, pushed, resubscribe } from "./pushed";
import { answer, install, isOfThisVersion, tidy } from "./shell";

const sw = globalThis as unknown as ServiceWorkerGlobalScope;

// A new worker takes over at once: what wakes people must be the newest. Pages that are open keep their own files.
sw.addEventListener("install", (event) => event.waitUntil(install().then(() => sw.skipWaiting())));
sw.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => sw.clients.claim())));
sw.addEventListener("fetch", (event) => {
  const answered = answer(event.request);
  if (answered) event.respondWith(answered);
});
// A page asks whether the script that it runs is of this version.
sw.addEventListener("message", (event) => event.ports[0]?.postMessage(isOfThisVersion(String(event.data))));

sw.addEventListener("push", (event) => event.waitUntil(pushed(sw, event.data)));
sw.addEventListener("notificationclick", (event) => event.waitUntil(clicked(sw, event)));
sw.addEventListener("notificationclose", (event) => event.waitUntil(closed(event)));
sw.addEventListener("pushsubscriptionchange", (event) => (event as ExtendableEvent).waitUntil(resubscribe(sw)));
// Background Sync, where there is any: the page may be gone when the network comes back.
sw.addEventListener("sync", (event) => (event as ExtendableEvent).waitUntil(flush(Date.now)));
