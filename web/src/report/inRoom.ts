/** What of a report is shown in the room before it is signed, and how. Pure. */

import type { Decision, KeyImage } from "../api/types";
import type { Draft } from "./draft";

export interface RoomContent {
  /** Number of signed versions that it follows, as of the draft. */
  readonly after: number;
  readonly decision: Decision | null;
  readonly recommendation: string;
  readonly keyImages: readonly KeyImage[];
}

/** Why nothing was shown. `number`: of the key image, from 1. */
export type ShowFault =
  | { readonly type: "offline" | "words" | "all" }
  | { readonly type: "image"; readonly number: number };

/** The room as the form of the report sees it. */
export interface InRoom {
  /** Since when this person shows something, milliseconds since 1970; absent: nothing. */
  readonly since: number | undefined;
  /** It has not left yet: it waits for the connection. */
  readonly isUnsent: boolean;
  /** It goes signed and encrypted; not so in a room that was opened without encryption. */
  readonly isSealed: boolean;
  /** It was shown before the room was opened: it does not leave any more, if it ever did. */
  readonly isHeldBack: boolean;
  /** Something else is shown than the draft says. */
  isChanged(draft: Draft): boolean;
  show(draft: Draft): ShowFault | undefined;
  takeBack(): void;
}

export function contentOf({ after, decision, recommendation, keyImages }: Draft): RoomContent {
  return { after, decision, recommendation, keyImages };
}

/** What the form says of what this person shows: only what has left is called shown. */
export function standingOf(inRoom: InRoom, draft: Draft): "heldBack" | "unsent" | "changed" | "since" {
  if (inRoom.isHeldBack) return "heldBack";
  if (inRoom.isUnsent) return "unsent";
  return inRoom.isChanged(draft) ? "changed" : "since";
}

export const isEmpty = ({ decision, recommendation, keyImages }: RoomContent): boolean =>
  decision === null && recommendation.trim() === "" && keyImages.length === 0;
