/**
 * The watch over frames that left unsealed. Chromium passes frames through, as they are, when a transform was set too late
 * (LAB.md): then its encoder has counted more frames than the transform has seen. Pure.
 */

/** Frames between encoder and transform at one moment. More notices a leak later; less takes frames under way for one. */
export const UNDER_WAY = 30;
/** Looks in a row that must say so. More notices later; less gives up over one late figure. */
export const LOOKS = 2;
/**
 * Of what was seen, for frames that an encoder counts and then drops itself. More hides a leak for longer; less takes a
 * long call for one. A transform that is passed by sees nothing at all.
 */
export const UNSENT = 0.02;

export interface Watch {
  /** What the encoder had counted when the transform was set. */
  readonly encodedAtStart: number;
  readonly suspicious: number;
}

export interface Look {
  /** `framesEncoded` of the outbound streams together. */
  readonly encoded: number;
  /** Frames that the transform has been given: sealed and dropped. */
  readonly seen: number;
}

/** `leaks`: more was encoded than was seen; stop sending. */
export function look(watch: Watch, { encoded, seen }: Look): { readonly watch: Watch; readonly leaks: boolean } {
  const isSuspicious = encoded - watch.encodedAtStart > seen * (1 + UNSENT) + UNDER_WAY;
  const suspicious = isSuspicious ? watch.suspicious + 1 : 0;
  return { watch: { ...watch, suspicious }, leaks: suspicious >= LOOKS };
}
