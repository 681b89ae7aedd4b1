/** What of a check goes into the self-test that the coordinator sees. Pure. */

import type { SelfTestReport } from "../api/types";
import type { TriedAll } from "../check/CheckDialog";
import type { Tried } from "../check/verdict";

/** Not tried yet says nothing; turned off is a no, because somebody on call needs it. */
const told = (tried: Tried): boolean | null => (tried === undefined ? null : tried === "ok");

export function reportOf({ camera, microphone, speaker, path }: TriedAll): SelfTestReport {
  return { camera: told(camera), microphone: told(microphone), sound: told(speaker), path: path === undefined ? null : path.state === "measured" };
}
