/** What is read off the state of the encryption. Pure. */

import type { Member } from "../../api/types";
import type { Encryption, EncryptionState } from "../../e2ee/encryption";

/**
 * `differs`: the words did not agree when they were compared last. `changed`: somebody's key is another one than it was.
 * `checked`: the words were compared with everybody else.
 */
export function markOf(
  encryption: Pick<Encryption, "snapshot" | "standing">,
  you: string,
): "checked" | "changed" | "differs" | undefined {
  const { status, members, announced, isAuthorityNew, differs } = encryption.snapshot();
  if (status !== "sealed") return undefined;
  if (differs) return "differs";
  if (announced.length > 0 || isAuthorityNew) return "changed";
  const others = members.filter(({ attestation }) => attestation.person !== you);
  const standings = others.map(({ attestation }) => encryption.standing(attestation.person));
  if (standings.includes("changed")) return "changed";
  return others.length > 0 && standings.every((standing) => standing === "checked") ? "checked" : undefined;
}

/** Somebody's frames cannot be opened yet. Whoever is barred waits for nothing. */
export function waitsFor({ status, members }: EncryptionState, person: string): boolean {
  if (status === "lifted" || status === "barred") return false;
  return status !== "sealed" || members.every(({ attestation }) => attestation.person !== person);
}

/** The roster with names, houses and parts as the keys attest them: the server says who sits where, not who that is. */
export function attestedRoster(roster: readonly Member[], { status, members }: EncryptionState): readonly Member[] {
  if (status !== "sealed") return roster;
  return roster.map((member) => {
    const attestation = members.find(({ attestation: { person } }) => person === member.person.id)?.attestation;
    if (!attestation) return member;
    const { name, hospital, role } = attestation;
    const person = { ...member.person, name, hospital: hospital ?? member.person.hospital };
    return { ...member, person, is_guest: role === "guest" };
  });
}

/** How the room, as the server shows it, differs from the group, as the keys attest it. */
export interface Difference {
  /** Members of the group whom the roster does not show: they can open everything. */
  readonly ghosts: EncryptionState["members"];
  /** Who has a seat and is not in the group: they can open nothing, and nobody attests their names. */
  readonly keyless: readonly Member[];
}

export const NO_DIFFERENCE: Difference = { ghosts: [], keyless: [] };

export function differenceOf({ status, members }: EncryptionState, roster: readonly Member[]): Difference {
  if (status !== "sealed") return NO_DIFFERENCE;
  const [seated, keyed] = [
    new Set(roster.map(({ person }) => person.id)),
    new Set(members.map(({ attestation }) => attestation.person)),
  ];
  return {
    ghosts: members.filter(({ attestation }) => !seated.has(attestation.person)),
    keyless: roster.filter(({ person }) => !keyed.has(person.id)),
  };
}
