import type { ConsultId } from "../api/types";
import { browserEncryption } from "../e2ee/encryption/browser";
import type { DeviceOf } from "../e2ee/encryption/deviceStore";
import type { EncryptionGap } from "../e2ee/encryption/support";
import type { AskTicket } from "../rtc/connection";
import { LocalMedia } from "../rtc/localMedia";
import { RoomSession } from "./roomSession";
import { interruptedStay } from "./stay";

/** At most one for each load of the page, however often React asks. */
let resumed: RoomSession | undefined;

/**
 * After a reload: straight back into the room, with the same devices. Who cannot encrypt comes back by the lobby, where it
 * is known whether the room was opened without encryption.
 */
export function comeBack(
  id: ConsultId,
  of: DeviceOf,
  gaps: readonly EncryptionGap[],
  ticket: AskTicket,
): RoomSession | undefined {
  const stay = interruptedStay(id);
  if (!stay || resumed || gaps.length > 0) return resumed;
  const local = new LocalMedia();
  local.setMuted(stay.muted);
  void local.open(stay.devices);
  const encryption = browserEncryption(id, of, gaps);
  if (stay.isLifted) encryption.agreeToLift();
  resumed = new RoomSession(id, local, encryption, ticket);
  resumed.join();
  return resumed;
}
