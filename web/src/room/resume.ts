import type { ConsultId, RoomTicket } from "../api/types";
import { LocalMedia } from "../rtc/localMedia";
import { RoomSession } from "./roomSession";
import { interruptedStay } from "./stay";

/** At most one for each load of the page, however often React asks. */
let resumed: RoomSession | undefined;

/** After a reload: straight back into the room, with the same devices. */
export function comeBack(id: ConsultId, ticket: (signal: AbortSignal) => Promise<RoomTicket>): RoomSession | undefined {
  const stay = interruptedStay(id);
  if (!stay || resumed) return resumed;
  const local = new LocalMedia();
  local.setMuted(stay.muted);
  void local.open(stay.devices);
  resumed = new RoomSession(id, local, ticket);
  resumed.join();
  return resumed;
}
