/** {@link Encryption} over what the browser has: its clocks, its stores, its worker. */

import { serverNow } from "../../api/clock";
import { Encryption } from "../encryption";
import { startMediaWorker } from "../media/mediaWorker";
import { browserMemory } from "./checksStore";
import { claimDevice, device, type DeviceOf } from "./deviceStore";
import { forgetGuest } from "./signOut";
import type { EncryptionGap } from "./support";

/** For one stay in the room of `consult`. `gaps`: what `encryptionGaps` found. */
export function browserEncryption(consult: string, of: DeviceOf, gaps: readonly EncryptionGap[]): Encryption {
  return new Encryption({
    consult,
    isAble: gaps.length === 0,
    device: () => device(of),
    claim: (person) => claimDevice(of, person),
    worker: startMediaWorker,
    now: serverNow,
    elapsed: () => performance.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, Math.max(0, ms));
      return () => clearTimeout(timer);
    },
    memory: browserMemory(of),
    left: () => {
      // A guest's visit is over; a member's key stays until sign-out.
      if (of === "guest") void forgetGuest();
    },
  });
}
