/** The page's side of the service worker: registering it, its messages, and whether it is of a newer version. */

import type { PushMessage, RingId } from "../api/types";
import { ringTag } from "../state/pushNote";

/** What the worker tells pages. */
export type WorkerMessage = { type: "pushed"; of: PushMessage["type"] } | { type: "open"; hash: string };

/** How often a page that stays open asks for a new version, in ms. More leaves a phone on last month's app; less is
 * traffic for nothing. */
const ASK_EVERY = 3_600_000;

const listeners = new Set<() => void>();
const messageListeners = new Set<(message: WorkerMessage) => void>();
let isOutdated = false;
let registered: Promise<ServiceWorkerRegistration | null> | undefined;

export const canWork = (): boolean => "serviceWorker" in navigator && isSecureContext;

/** Registers the worker once for the page; `null` where there can be none, and under `vite`, which has none. */
export function register(): Promise<ServiceWorkerRegistration | null> {
  registered ??= canWork() && import.meta.env.PROD ? start() : Promise.resolve(null);
  return registered;
}

async function start(): Promise<ServiceWorkerRegistration | null> {
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => {
    for (const listener of messageListeners) listener(data);
  });
  serviceWorker.startMessages();
  serviceWorker.addEventListener("controllerchange", () => void compare());
  try {
    const registration = await serviceWorker.register("/oncall/sw.js", { scope: "/oncall/", updateViaCache: "none" });
    const ask = () => void registration.update().catch(() => undefined);
    setInterval(ask, ASK_EVERY);
    void compare();
    return registration;
  } catch {
    // Storage is forbidden, or a private window: the app works while there is a network.
    return null;
  }
}

/** Whether the script of this page belongs to the worker that is in charge now. */
async function compare(): Promise<void> {
  const { controller } = navigator.serviceWorker;
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]');
  if (!controller || !script) return;
  const { port1, port2 } = new MessageChannel();
  const isCurrent = await new Promise<boolean>((done) => {
    port1.onmessage = ({ data }) => done(data === true);
    controller.postMessage(new URL(script.src).pathname, [port2]);
  });
  port1.close();
  if (isOutdated === !isCurrent) return;
  isOutdated = !isCurrent;
  for (const listener of listeners) listener();
}

export function onWorkerMessage(listener: (message: WorkerMessage) => void): () => void {
  messageListeners.add(listener);
  return () => messageListeners.delete(listener);
}

/** A ring that is on the screen needs no notification beside it. */
export function closeNotification(ringId: RingId): void {
  void register()
    .then((registration) => registration?.getNotifications({ tag: ringTag(ringId) }))
    .then((shown) => shown?.forEach((notification) => notification.close()))
    .catch(() => undefined);
}

export const updates = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** A newer version is installed than the one that this page runs. */
  isThere: (): boolean => isOutdated,
};
