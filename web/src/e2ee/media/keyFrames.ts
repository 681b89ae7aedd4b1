/** When a picture that stands still asks for a key frame. Pure; told the time in milliseconds. */

/**
 * Between two requests. More leaves a frozen picture for longer; less asks again before the sender could answer. With a
 * key that came 700 ms late, asking every 350 ms cut the freeze from 2.3 s to 456 ms (LAB.md).
 */
export const ASK_EVERY = 350;

export interface KeyFrameState {
  /** Something was dropped since the last key frame that opened: what follows cannot be decoded. */
  readonly isBroken: boolean;
  readonly askedAt: number;
}

export const whole: KeyFrameState = { isBroken: false, askedAt: Number.NEGATIVE_INFINITY };

export interface KeyFrameStep {
  readonly state: KeyFrameState;
  readonly ask: boolean;
}

/** A frame was dropped. */
export function dropped(state: KeyFrameState, now: number): KeyFrameStep {
  return step({ ...state, isBroken: true }, now);
}

/** A frame was opened. */
export function opened(state: KeyFrameState, isKey: boolean, now: number): KeyFrameStep {
  return step(isKey ? { ...state, isBroken: false } : state, now);
}

/** Asked in vain: a key came late, or nothing comes at all. */
export function tick(state: KeyFrameState, now: number): KeyFrameStep {
  return step(state, now);
}

function step(state: KeyFrameState, now: number): KeyFrameStep {
  const ask = state.isBroken && now >= state.askedAt + ASK_EVERY;
  return { state: ask ? { ...state, askedAt: now } : state, ask };
}
