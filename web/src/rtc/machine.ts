/**
 * The way into a room and back into it, as a pure reducer: inputs and the time in, effects and the next deadline out.
 *
 * Every attempt has its own number (`epoch`), every peer connection too (`peer`); what an older one still reports is
 * ignored. A lost socket, failed media or a silent server all end the same way: a new attempt with a new ticket, which
 * the server gives the same seat.
 *
 * An attempt that finds no server costs one request and nothing else: the peer connection with its offer is made once
 * and waits for the server. The ticket is what asks whether the server is there, because a browser delays new
 * WebSockets by seconds after some have failed (Chromium: up to 5 s), and requests not.
 */

import type { ByeReason, ClientMessage, ProblemCode, ServerMessage } from "../api/types";
import {
  ANSWER_WITHIN,
  BACK_ATTEMPTS,
  BACK_RETRY,
  DISCONNECT_GRACE,
  FIRST_RETRY,
  initial,
  LAST_RETRY,
  LATE,
  LATE_GRACE,
  MAX_REFUSED_OFFERS,
  MEDIA_WITHIN,
  OFFER_KEEPS,
  PING_EVERY,
  PONG_WITHIN,
  TICKET_WITHIN,
  WELCOME_WITHIN,
  type Effect,
  type EndReason,
  type Input,
  type State,
  type Step,
} from "./state";

export * from "./state";

/** One input. `random` (0 ≤ random < 1) spreads the attempts of many clients. */
export function step(state: State, input: Input, now: number, random: number): Step {
  if ("epoch" in input && input.epoch !== state.epoch) return { state, effects: [] };
  if ("peer" in input && input.peer !== state.peer) return { state, effects: [] };
  switch (input.type) {
    case "join":
      if (state.phase !== "idle" && state.phase !== "ended") return { state, effects: [] };
      return attempt({ ...initial, epoch: state.epoch, peer: state.peer, publishing: input.publishing }, now);
    case "ticket":
      if (state.phase !== "ticket") return { state, effects: [] };
      return {
        state: { ...state, phase: "socket", deadline: now + WELCOME_WITHIN },
        effects: [{ type: "socket", epoch: state.epoch, url: input.url, ticket: input.ticket }],
      };
    case "ticket_failed":
      return state.phase === "ticket"
        ? ticketFailed({ ...state, phone: input.phone ?? state.phone }, input, now, random)
        : { state, effects: [] };
    case "offer":
      return state.phase === "ended" ? { state, effects: [] } : sendOffer({ ...state, offer: input.offer }, now);
    case "message":
      return isOn(state) ? receive(state, input.message, now, random) : { state, effects: [] };
    case "socket_closed":
      return isOn(state) ? fail(state, now, random) : { state, effects: [] };
    case "peer_failed": {
      const next = { ...state, peerUsed: true, offer: undefined };
      return isOn(next) ? fail(next, now, random) : { state: next, effects: [] };
    }
    case "media":
      return media(state, input.state, now, random);
    case "publishing": {
      const next = { ...state, publishing: input.publishing };
      return { state: next, effects: next.welcomed && isOn(next) ? [tellPublishing(next)] : [] };
    }
    case "retry":
      // What was sent while there was no network may hang for long: better ask anew, with an offer of this network.
      return state.phase === "waiting" || state.phase === "ticket" || state.phase === "socket"
        ? attempt({ ...state, peerUsed: true }, now)
        : { state, effects: [] };
    case "tick":
      return tick(state, now, random);
    case "leave":
      return leave(state);
  }
}

/** When {@link step} wants a `tick` at the latest. */
export function nextDeadline(state: State): number | undefined {
  const times = [state.deadline, state.nextPing, state.pongBy].filter((t) => t !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** An attempt is under way or has succeeded. */
function isOn(state: State): boolean {
  return state.phase !== "idle" && state.phase !== "waiting" && state.phase !== "ended";
}

function attempt(state: State, now: number): Step {
  const epoch = state.epoch + 1;
  const next: State = {
    ...state,
    phase: "ticket",
    epoch,
    deadline: now + TICKET_WITHIN,
    nextPing: undefined,
    pongBy: undefined,
    welcomed: false,
  };
  // The offer needs no ticket: both at once saves a round trip.
  const fresh = freshPeer(next, now);
  return { state: fresh.state, effects: [{ type: "ticket", epoch }, ...fresh.effects] };
}

/** A peer connection for the next offer: the one that waits, unless it is used or too old. */
function freshPeer(state: State, now: number): Step {
  if (!state.peerUsed && now - state.peerSince < OFFER_KEEPS) return { state, effects: [] };
  const peer = state.peer + 1;
  return {
    state: { ...state, peer, peerSince: now, peerUsed: false, offer: undefined },
    effects: [{ type: "peer", peer }],
  };
}

type TicketFailure = Extract<Input, { type: "ticket_failed" }>;

function ticketFailed(state: State, { code, retryAfter }: TicketFailure, now: number, random: number): Step {
  switch (code) {
    case "not_signed_in":
      return end(state, "signed_out");
    case "forbidden":
    case "not_found":
      return end(state, "forbidden");
    case "wrong_state":
      return end(state, "consult_ended");
    case "room_full":
      return end(state, "room_full");
    case "not_admitted":
      return end(state, "removed");
    default:
      return fail(state, now, random, retryAfter);
  }
}

function sendOffer(state: State, now: number): Step {
  if (state.phase !== "socket" || !state.welcomed || !state.offer) return { state, effects: [] };
  const message: ClientMessage = { type: "offer", ...state.offer };
  return {
    state: { ...state, phase: "offer", offer: undefined, peerUsed: true, deadline: now + ANSWER_WITHIN },
    effects: [{ type: "send", message }, tellPublishing(state)],
  };
}

function tellPublishing(state: State): Effect {
  return { type: "send", message: { type: "publishing", publishing: state.publishing } };
}

function receive(state: State, message: ServerMessage, now: number, random: number): Step {
  switch (message.type) {
    case "waiting":
      return toTheDoor(state, now);
    case "waiting_guests":
      return { state: { ...state, waitingGuests: message.guests }, effects: [] };
    case "welcome":
      return welcome({ ...state, you: message.you, roster: message.roster, waitingGuests: [] }, now);
    case "answer":
      if (state.phase !== "offer") return { state, effects: [] };
      return {
        state: { ...state, phase: "media", deadline: now + MEDIA_WITHIN },
        effects: [{ type: "answer", peer: state.peer, sdp: message.sdp }],
      };
    case "slots":
      return { state: { ...state, slots: message.slots }, effects: [] };
    case "roster":
      return { state: { ...state, roster: message.roster }, effects: [] };
    case "pong":
      return { state: message.nonce === state.nonce ? { ...state, pongBy: undefined } : state, effects: [] };
    case "refused":
      return refused(state, message.code, now, random);
    case "bye":
      return bye(state, message.reason, now, random);
  }
}

/** Into the room: `socket` again, now that nothing but the offer is missing. */
function welcome(state: State, now: number): Step {
  const fresh = freshPeer(state, now);
  const offered = sendOffer(
    { ...fresh.state, phase: "socket", welcomed: true, nextPing: now + PING_EVERY, deadline: now + WELCOME_WITHIN },
    now,
  );
  return { state: offered.state, effects: [...fresh.effects, ...offered.effects] };
}

/** A guest waits, before the first welcome or because nobody of the team is in the room any more. */
function toTheDoor(state: State, now: number): Step {
  return {
    state: {
      ...state,
      phase: "door",
      deadline: undefined,
      failures: 0,
      welcomed: false,
      roster: [],
      slots: [],
      nextPing: now + PING_EVERY,
      pongBy: undefined,
    },
    // What was seen and heard ends; a peer that has not been offered yet stays for the welcome.
    effects: [{ type: "retire", keep: state.peerUsed ? undefined : state.peer }],
  };
}

function refused(state: State, code: ProblemCode, now: number, random: number): Step {
  switch (code) {
    case "room_full":
      return end(state, "room_full");
    case "invalid_sdp": {
      const refusedOffers = state.refusedOffers + 1;
      return refusedOffers >= MAX_REFUSED_OFFERS
        ? end(state, "unsupported")
        : fail({ ...state, refusedOffers }, now, random);
    }
    case "forbidden":
      return end(state, "forbidden");
    case "wrong_state":
      return end(state, "consult_ended");
    case "not_admitted":
      // At the door it only means: not yet.
      return state.phase === "socket" ? end(state, "removed") : { state, effects: [] };
    case "ticket_invalid":
    case "ticket_expired":
    case "ticket_used":
      return fail(state, now, random);
    default:
      return { state, effects: [] };
  }
}

function bye(state: State, reason: ByeReason, now: number, random: number): Step {
  return reason === "restart" || reason === "lost" ? fail(state, now, random) : end(state, reason);
}

function media(state: State, media: "connected" | "disconnected" | "failed", now: number, random: number): Step {
  if (!isOn(state)) return { state, effects: [] };
  switch (media) {
    case "connected":
      return {
        state: { ...state, phase: "live", deadline: undefined, failures: 0, refusedOffers: 0, everLive: true },
        effects: [{ type: "retire", keep: state.peer }],
      };
    case "disconnected":
      return state.phase === "live"
        ? { state: { ...state, deadline: now + DISCONNECT_GRACE }, effects: [] }
        : { state, effects: [] };
    case "failed":
      return fail(state, now, random);
  }
}

function tick(state: State, now: number, random: number): Step {
  if (state.phase !== "waiting" && isLate(state.deadline, now)) return late({ ...state, deadline: now + LATE_GRACE });
  if (isLate(state.pongBy, now)) return late({ ...state, pongBy: now + LATE_GRACE });
  if (state.deadline !== undefined && now >= state.deadline) {
    return state.phase === "waiting" ? attempt({ ...state, deadline: undefined }, now) : fail(state, now, random);
  }
  if (state.pongBy !== undefined && now >= state.pongBy) return fail(state, now, random);
  if (state.nextPing === undefined || now < state.nextPing) return { state, effects: [] };
  const nonce = (state.nonce + 1) % 2 ** 32;
  return {
    state: { ...state, nonce, nextPing: now + PING_EVERY, pongBy: state.pongBy ?? now + PONG_WITHIN },
    effects: [{ type: "send", message: { type: "ping", nonce } }],
  };
}

function isLate(deadline: number | undefined, now: number): boolean {
  return deadline !== undefined && now > deadline + LATE;
}

function late(state: State): Step {
  return { state, effects: [] };
}

/** Breaks off this attempt and waits for the next one. What is on screen stays until then. */
function fail(state: State, now: number, random: number, retryAfter = 0): Step {
  const comesBack = state.everLive && state.failures < BACK_ATTEMPTS;
  const full = comesBack ? BACK_RETRY : Math.min(LAST_RETRY, FIRST_RETRY * 2 ** Math.min(state.failures, 16));
  return {
    state: {
      ...state,
      phase: "waiting",
      failures: state.failures + 1,
      // Spread over half the wait; a server that asks for time gets it, and everybody comes at another moment after it.
      deadline: now + Math.round(retryAfter + full * (1 - random / 2)),
      nextPing: undefined,
      pongBy: undefined,
      welcomed: false,
    },
    effects: [{ type: "close_socket" }],
  };
}

function end(state: State, reason: EndReason): Step {
  return {
    state: {
      ...state,
      phase: "ended",
      end: reason,
      deadline: undefined,
      nextPing: undefined,
      pongBy: undefined,
      welcomed: false,
      peerUsed: true,
      offer: undefined,
      roster: [],
      slots: [],
      waitingGuests: [],
    },
    effects: [{ type: "close_socket" }, { type: "retire", keep: undefined }],
  };
}

function leave(state: State): Step {
  if (state.phase === "idle" || state.phase === "ended") return { state, effects: [] };
  const { state: ended, effects } = end(state, "left");
  const inside = state.welcomed || state.phase === "door";
  const goodbye: Effect[] = inside ? [{ type: "send", message: { type: "leave" } }] : [];
  return { state: ended, effects: [...goodbye, ...effects] };
}
