/** How a consult is named by people who may not open it. Pure. */

import type { ConsultId, NamedConsult } from "../api/types";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The short name for the telephone, `TK-7F3A`: the last four digits of the id, as the server makes it. */
export const labelOf = (id: ConsultId): string => `TK-${id.slice(-4).toUpperCase()}`;

export type Found =
  | { id: ConsultId }
  | { problem: "empty" | "unreadable" | "unknown" }
  /** Short names are not unique: somebody has to say which one. */
  | { problem: "ambiguous"; choices: readonly NamedConsult[] };

/** Asks which consults a short name belongs to. */
export type Ask = (label: string) => Promise<readonly NamedConsult[]>;

/** Which consult was typed: its whole id, or a short name (with or without `TK-`). */
export async function findConsult(typed: string, ask: Ask): Promise<Found> {
  const text = typed.trim();
  if (text === "") return { problem: "empty" };
  if (UUID.test(text)) return { id: text.toLowerCase() };
  const digits = /^(?:TK[- ]?)?([0-9a-f]{4})$/i.exec(text)?.[1];
  if (digits === undefined) return { problem: "unreadable" };
  const choices = await ask(`TK-${digits.toUpperCase()}`);
  const [only] = choices;
  if (only === undefined) return { problem: "unknown" };
  return choices.length === 1 ? { id: only.id } : { problem: "ambiguous", choices };
}
