import type { Member, Present } from "../api/types";

/** One line of the roll call while it is filled in. */
export interface RollLine extends Present {
  readonly key: string;
  readonly isHere: boolean;
}

/** People that a roll call takes at most (`Action::RollCall`). */
export const MAX_PRESENT = 30;

/** Who is connected, ready to be ticked, with what they are for; `roleOf` gives the words. */
export function rollOf(roster: readonly Member[], roleOf: (member: Member) => string): RollLine[] {
  return roster
    .filter(({ connected }) => connected)
    .map((member) => ({
      key: `member-${member.id}`,
      name: member.person.name,
      role: member.is_guest ? roleOf(member) : `${roleOf(member)}, ${member.person.hospital}`,
      isHere: true,
    }));
}

/** What is recorded: who was ticked and has a name. */
export function presentOf(lines: readonly RollLine[]): Present[] {
  return lines
    .filter(({ isHere, name }) => isHere && name.trim() !== "")
    .map(({ name, role }) => ({ name: name.trim(), role: (role ?? "").trim() }))
    .slice(0, MAX_PRESENT);
}
