/** How a consult is named by people who may not open it. Pure. */

import type { ConsultId } from "../api/types";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The short name for the telephone, `TK-7F3A`: the last four digits of the id, as the server makes it. */
export const labelOf = (id: ConsultId): string => `TK-${id.slice(-4).toUpperCase()}`;

export type Found = { id: ConsultId } | { problem: "empty" | "unreadable" | "unknown" | "ambiguous" };

/** Which consult was typed: its whole id, or a short name (with or without `TK-`) of one that is known here. */
export function findConsult(typed: string, known: Iterable<ConsultId>): Found {
  const text = typed.trim();
  if (text === "") return { problem: "empty" };
  if (UUID.test(text)) return { id: text.toLowerCase() };
  const digits = /^(?:TK[- ]?)?([0-9a-f]{4})$/i.exec(text)?.[1];
  if (digits === undefined) return { problem: "unreadable" };
  const ids = new Set([...known].filter((id) => labelOf(id) === `TK-${digits.toUpperCase()}`));
  const [only] = ids;
  if (only === undefined) return { problem: "unknown" };
  return ids.size === 1 ? { id: only } : { problem: "ambiguous" };
}
