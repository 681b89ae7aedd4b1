/** What the clock asks of the way into a room: steps that took too long, what is asked again, pings. Pure; `machine.ts` decides. */

import { ASK_AGAIN, LATE, LATE_GRACE, PING_EVERY, PONG_WITHIN, type State, type Step } from "./state";

/** When {@link due} has to be asked at the latest. */
export function nextDeadline(state: State): number | undefined {
  const askAgain = state.phase === "ticket" ? state.askAgain : undefined;
  const times = [state.deadline, askAgain, state.nextPing, state.pongBy, state.restart?.by].filter((t) => t !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** `attempt`: the next one begins. `lost`: this one has failed. `dead`: with its peer. */
export function due(state: State, now: number): Step | "attempt" | "lost" | "dead" {
  const { phase, deadline, restart, pongBy, nextPing, askAgain } = state;
  const grace = now + LATE_GRACE;
  if (phase !== "waiting" && isLate(deadline, now)) return goOn({ ...state, deadline: grace });
  if (restart && isLate(restart.by, now)) return goOn({ ...state, restart: { ...restart, by: grace } });
  if (isLate(pongBy, now)) return goOn({ ...state, pongBy: grace });
  if (isOver(deadline, now)) {
    if (phase === "waiting") return "attempt";
    return phase === "media" || phase === "offer" ? "dead" : "lost";
  }
  // Without an answer the socket is dead, and the next one may say it again; with one the peer is.
  if (restart && isOver(restart.by, now)) return restart.step === "answered" ? "dead" : "lost";
  if (phase === "ticket" && isOver(askAgain, now)) {
    const next: State = { ...state, askAgain: now + ASK_AGAIN };
    return { state: next, effects: [{ type: "ticket", epoch: state.epoch }] };
  }
  if (isOver(pongBy, now)) return "lost";
  return isOver(nextPing, now) ? ping({ ...state, pongBy: pongBy ?? now + PONG_WITHIN }, now) : goOn(state);
}

export function ping(state: State, now: number): Step {
  const nonce = (state.nonce + 1) % 2 ** 32;
  return {
    state: { ...state, nonce, nextPing: now + PING_EVERY },
    effects: [{ type: "send", message: { type: "ping", nonce } }],
  };
}

function isOver(time: number | undefined, now: number): boolean {
  return time !== undefined && now >= time;
}

/** It is noticed so late that the page has slept; the answer may be waiting already. */
function isLate(time: number | undefined, now: number): boolean {
  return time !== undefined && now > time + LATE;
}

function goOn(state: State): Step {
  return { state, effects: [] };
}
