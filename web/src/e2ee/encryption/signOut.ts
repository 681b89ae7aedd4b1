/** Forgets what this browser keeps for people: the device's key, and whom they have compared words with. */

import { forgetChecks } from "./checksStore";
import { forgetDevice, type DeviceOf } from "./deviceStore";

/** Whoever signs in here next is somebody else: another device key, nobody checked. */
export function forgetMember(): Promise<void> {
  return forget("member");
}

/** The visit is over. */
export function forgetGuest(): Promise<void> {
  return forget("guest");
}

async function forget(of: DeviceOf): Promise<void> {
  forgetChecks(of);
  await forgetDevice(of);
}
