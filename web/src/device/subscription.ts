/** This device's subscription for Web Push, as page and service worker both keep it. */

import { request } from "../api/client";
import type { Me, PushKey, PushSubscription as PushSubscriptionBody } from "../api/types";
import { db } from "./db";

/** Browsers without a push service behind them never answer `subscribe()`. More leaves somebody looking at a spinner;
 * less gives up on a slow network. */
const SUBSCRIBE_MS = 15_000;

const DEVICE = "device";
const LABEL = "label";

/** This browser's id among the person's devices; it says nothing about the person. */
export async function deviceId(): Promise<string> {
  const known = await db.get<string>("values", DEVICE);
  if (known !== undefined) return known;
  const made = crypto.randomUUID();
  await db.put("values", DEVICE, made);
  return made;
}

/** Subscribes, with the server's present key, and tells the server. `label`: what the person calls this device. */
export async function subscribe(registration: ServiceWorkerRegistration, label: string): Promise<void> {
  const { key } = await request<PushKey>("/api/push/key", { anonymous: true });
  let subscription = await registration.pushManager.getSubscription();
  if (subscription && !isFor(subscription, key)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await within(SUBSCRIBE_MS, registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  const keys = subscription.toJSON().keys;
  const body: PushSubscriptionBody = { endpoint: subscription.endpoint, p256dh: keys?.["p256dh"] ?? "", auth: keys?.["auth"] ?? "", label };
  const me = await request<Me>("/api/session", { anonymous: true });
  await request<undefined>(`/api/me/push/${await deviceId()}`, { method: "PUT", body, csrf: me.csrf_token, anonymous: true });
  await db.put("values", LABEL, label);
}

/** As before; without a page, for instance after the push service changed the address. */
export async function subscribeAgain(registration: ServiceWorkerRegistration): Promise<void> {
  const label = await db.get<string>("values", LABEL);
  if (label !== undefined) await subscribe(registration, label);
}

export class SubscribeTimeout extends Error {}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return Promise.race([work, new Promise<T>((_, failed) => setTimeout(() => failed(new SubscribeTimeout()), ms))]);
}

/** Subscribed with another key, nothing that the server sends would be taken (RFC 8292 § 4.2). */
function isFor(subscription: PushSubscription, key: string): boolean {
  const used = subscription.options.applicationServerKey;
  if (!used) return true;
  const text = btoa(String.fromCharCode(...new Uint8Array(used)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === key.replaceAll("=", "");
}
