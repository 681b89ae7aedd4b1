/** What of the sets in the room is shown to whom. Pure. */

import type { ConsultDetail } from "../../api/types";
import type { RoomContent } from "../../report/inRoom";
import type { Shown } from "./results";
import { tidyContent } from "./value";

/**
 * What the consult's present specialist shows: nobody else may write its report. The server says whom the consult names,
 * and not who has signed. The part that a key attests does not count: it is the one at the ticket, before a hand-over.
 */
export function believed(others: readonly Shown[], { summary, versions }: ConsultDetail): Shown | undefined {
  const { specialist } = summary;
  const found = others.find(({ author, after }) => author.id === specialist?.id && versions.length <= after);
  // Where nothing is sealed and the author has left, nothing but the consult says the name.
  return found && specialist ? { ...found, author: { ...found.author, name: found.author.name || specialist.name } } : undefined;
}

/** The report was signed, or is somebody else's to write. */
export function isOver({ after }: Shown, { actions, versions }: ConsultDetail): boolean {
  const writes = actions.includes("sign_report") || actions.includes("amend");
  return !writes || versions.length > after;
}

export function saysTheSame(content: RoomContent, shown: Shown): boolean {
  return JSON.stringify(tidyContent(content)) === JSON.stringify(shown.content);
}
