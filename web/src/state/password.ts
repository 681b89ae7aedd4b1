/** Shortest password that is taken. More is forgotten and written down; less is guessed (BSI ORP.4, NIST SP 800-63B). */
export const MIN_PASSWORD = 12;

/** Why a new password, typed twice, cannot be sent. */
export function passwordProblem(wanted: string, repeated: string): "short" | "differs" | null {
  if ([...wanted].length < MIN_PASSWORD) return "short";
  return wanted === repeated ? null : "differs";
}
