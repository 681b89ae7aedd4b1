/**
 * Who wrote a value, and after what: a Lamport counter and the author's seat in the room (`MemberId`). Two members who
 * write at the same time get different versions, so every replica picks the same winner.
 */
export interface Version {
  readonly counter: number;
  readonly member: number;
}

/**
 * Largest counter that is believed. A lower bound would end a long consult; a higher one lets a broken or hostile
 * peer push the counter to where JavaScript can no longer add one. 2^48 lasts 290,000 years at 30 writes a second.
 */
export const MAX_COUNTER = 2 ** 48;

/** Order of versions: negative when `a` is older than `b`, positive when newer, 0 when they are the same. */
export function compareVersions(a: Version, b: Version): number {
  return a.counter - b.counter || a.member - b.member;
}

/** `true` for a version that another member may have written. */
export function isVersion(counter: unknown, member: unknown): boolean {
  return (
    Number.isSafeInteger(counter) &&
    (counter as number) > 0 &&
    (counter as number) <= MAX_COUNTER &&
    Number.isSafeInteger(member) &&
    (member as number) >= 0 &&
    (member as number) <= 0xffffffff
  );
}
