/** What this browser keeps for somebody: the device's key, and whom they have compared words with. */

import { checksOf } from "./checksStore";
import { claimDevice, forgetDevice, type DeviceOf } from "./deviceStore";

/**
 * The device was attested in this person's name. What was kept for somebody else, whose session has ended without a
 * sign-out, is forgotten. `false` when the key was one of these: another one is to be attested.
 */
export function claim(of: DeviceOf, person: string): Promise<boolean> {
  checksOf[of].claim(person);
  return claimDevice(of, person);
}

/** Whoever signs in here next is somebody else: another device key, nobody checked. */
export function forgetMember(): Promise<void> {
  return forget("member");
}

/** The visit is over. */
export function forgetGuest(): Promise<void> {
  return forget("guest");
}

async function forget(of: DeviceOf): Promise<void> {
  checksOf[of].forget();
  await forgetDevice(of);
}
