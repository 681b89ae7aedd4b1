/** What an epoch of the group gives: taken from the group in one go, before it moves on. */

import type { Bytes } from "../bytes";
import type { Group } from "../group/group";
import { nameOf, type Member } from "../group/members";
import type { BaseKey } from "../sframe/cipher";

export interface EpochKeys {
  readonly generation: number;
  readonly epoch: bigint;
  readonly leaf: number;
  readonly members: readonly Member[];
  /** RFC 9420 § 8.7. */
  readonly authenticator: Bytes;
  readonly media: BaseKey;
  readonly data: BaseKey;
}

/** Asks the group at once: whatever is asked of it later comes after. */
export async function keysOf(group: Group, generation: number): Promise<EpochKeys> {
  const { epoch, leaf } = group;
  const now = { generation, epoch, leaf, members: group.members(), authenticator: group.authenticator() };
  const [media, data] = await Promise.all([group.baseKey("media"), group.baseKey("data")]);
  return { ...now, media, data };
}

/** {@link nameOf} each, by leaf. */
export function namesOf(members: readonly Member[]): Map<number, string> {
  return new Map(members.map((member) => [member.leaf, nameOf(member)]));
}
