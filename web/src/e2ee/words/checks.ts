/**
 * What comparing the words is worth later: it sticks to the signing keys of those who were there, not to the epoch. Pure.
 */

/** A key that was in a group whose words were compared. */
export interface Check {
  readonly person: string;
  /** Signing key in hexadecimal. */
  readonly key: string;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface Keyed {
  readonly person: string;
  readonly key: string;
}

/**
 * `changed`: this person was checked with another key, and has a new device, or somebody pretends to be them. `unknown`:
 * never checked.
 */
export type Standing = "checked" | "changed" | "unknown";

/** Keys that are remembered. More keeps those of people whom one will not meet again; less forgets colleagues. */
export const MAX_CHECKS = 500;

export function standingOf(checks: readonly Check[], { person, key }: Keyed): Standing {
  const known = checks.filter((check) => check.person === person);
  if (known.length === 0) return "unknown";
  return known.some((check) => check.key === key) ? "checked" : "changed";
}

/** The words were compared with all of `members`, and agree. Unix milliseconds. */
export function remember(checks: readonly Check[], members: readonly Keyed[], now: number): Check[] {
  const fresh = members.map(({ person, key }) => ({ person, key, at: now }));
  const isFresh = (check: Check) => members.some(({ person, key }) => check.person === person && check.key === key);
  return [...fresh, ...checks.filter((check) => !isFresh(check))].sort((a, b) => b.at - a.at).slice(0, MAX_CHECKS);
}

/** The words were compared and do not agree: what was remembered of these keys is worth nothing. */
export function distrust(checks: readonly Check[], members: readonly Keyed[]): Check[] {
  return checks.filter((check) => !members.some(({ person, key }) => check.person === person && check.key === key));
}

/** What everybody is told when the members change: somebody's key is another one than before or than the one checked. */
export function announcements(checks: readonly Check[], before: readonly Keyed[], after: readonly Keyed[]): Keyed[] {
  return after.filter((member) => {
    if (before.some(({ person, key }) => person === member.person && key === member.key)) return false;
    const hadOther = before.some(({ person }) => person === member.person);
    const standing = standingOf(checks, member);
    return standing === "changed" || (hadOther && standing !== "checked");
  });
}
