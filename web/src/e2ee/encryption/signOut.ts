import { forgetChecks } from "./checksStore";
import { forgetDevice } from "./deviceStore";

/** Whoever signs in here next is somebody else: another device key, nobody checked. */
export async function forgetMember(): Promise<void> {
  forgetChecks();
  await forgetDevice("member");
}
