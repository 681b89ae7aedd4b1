/** What this device knows of its owner goes when they sign out: a ward's phone belongs to the next one then. */

import { deviceApi } from "./api";
import { db } from "./db";
import { forgetSnapshot } from "./snapshot";
import { deviceId } from "./subscription";

/** Before the session ends: the server is told that this device is woken no more. */
export async function unsubscribeDevice(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.getRegistration("/oncall/");
    const subscription = await registration?.pushManager?.getSubscription();
    if (!subscription) return;
    await deviceApi.deletePush(await deviceId());
    await subscription.unsubscribe();
    await db.remove("values", "label");
  } catch {
    // Without a network the push service says "gone" at the next ring.
  }
}

export async function forgetDevice(): Promise<void> {
  forgetSnapshot();
  try {
    await db.clear("answers");
  } catch {
    // Nothing was kept.
  }
}
