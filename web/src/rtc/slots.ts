import type { MemberId, Slot, Source } from "../api/types";

/** The m-line on which `member`'s `source` comes in, if any. */
export function midOf(slots: readonly Slot[], member: MemberId, source: Source): string | undefined {
  return slots.find((slot) => slot.member === member && slot.source === source)?.mid;
}

/** Whoever shares a screen that comes in here. */
export function sharedScreen(slots: readonly Slot[]): Slot | undefined {
  return slots.find((slot) => slot.source === "screen");
}
