/** What is read off the state of the encryption. Pure. */

import type { Member } from "../../api/types";
import type { Encryption, EncryptionState } from "../../e2ee/encryption";

/** `changed`: somebody's key is another one than it was. `checked`: the words were compared with everybody else. */
export function markOf(
  encryption: Pick<Encryption, "snapshot" | "standing">,
  you: string,
): "checked" | "changed" | undefined {
  const { status, members, announced, isAuthorityNew } = encryption.snapshot();
  if (status !== "sealed") return undefined;
  if (announced.length > 0 || isAuthorityNew) return "changed";
  const others = members.filter(({ attestation }) => attestation.person !== you);
  const standings = others.map(({ attestation }) => encryption.standing(attestation.person));
  if (standings.includes("changed")) return "changed";
  return others.length > 0 && standings.every((standing) => standing === "checked") ? "checked" : undefined;
}

/** Somebody's frames can be opened, or come as they are. */
export function isSealedWith({ status, members }: EncryptionState, person: string): boolean {
  if (status === "lifted") return true;
  return status === "sealed" && members.some(({ attestation }) => attestation.person === person);
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

/** Members of the group whom the roster does not show: they can open everything. */
export function ghostsOf({ status, members }: EncryptionState, roster: readonly Member[]): EncryptionState["members"] {
  if (status !== "sealed") return [];
  return members.filter(({ attestation }) => !roster.some(({ person }) => person.id === attestation.person));
}
