/**
 * The way into a room and back into it, as a pure reducer: inputs and the time in, effects and the next deadline out.
 *
 * Every attempt has its own number (`epoch`), every peer connection too (`peer`); what an older one still reports is
 * ignored. A lost socket or a silent server end the same way: a new attempt with a new ticket, which the server gives
 * the same seat.
 *
 * What takes time may be done before anybody has asked to join (`lobby.ts`): the peer with its offer is made, and the
 * socket knocks. After the press nothing but `enter` is missing, and the offer goes right behind it. Should that socket
 * have died, the attempt begins anew, as if nothing had been prepared.
 *
 * Media outlive the socket, and the socket a changed path. Interrupted media, or another network, are answered by an ICE
 * restart on the same socket; when that gets no answer, the socket is dead too, and the next one tells the same restart.
 * A fresh peer connection is made only when the server has given up the old one, or its restart leads nowhere.
 *
 * An attempt that finds no server costs requests and nothing else: the peer connection with its offer is made once
 * and waits for the server. The ticket is what asks whether the server is there, because a browser delays new
 * WebSockets by seconds after some have failed (Chromium: up to 5 s), and requests not.
 */

import type { ByeReason, ClientMessage, Encryption, ProblemCode, Publishing, ServerMessage } from "../api/types";
import { due, ping } from "./deadlines";
import { comeIn, enter, freshPeer, lobby, pressed, tellPublishing } from "./lobby";
import {
  ANSWER_WITHIN,
  ASK_AGAIN,
  AWAKE_PONG_WITHIN,
  BACK_ATTEMPTS,
  BACK_RETRY,
  FIRST_RETRY,
  LAST_RETRY,
  MAX_REFUSED_OFFERS,
  MEDIA_WITHIN,
  PING_EVERY,
  RESTART_ANSWER_WITHIN,
  RESTART_WITHIN,
  TICKET_WITHIN,
  WELCOME_WITHIN,
  type Effect,
  type EndReason,
  type Input,
  type Offer,
  type Restart,
  type State,
  type Step,
} from "./state";

export { nextDeadline } from "./deadlines";
export * from "./state";

/** One input. `random` (0 ≤ random < 1) spreads the attempts of many clients. */
export function step(state: State, input: Input, now: number, random: number): Step {
  if ("epoch" in input && input.epoch !== state.epoch) return { state, effects: [] };
  if ("peer" in input && input.peer !== state.peer) return { state, effects: [] };
  const before = state.phase === "idle" ? lobby(state, input, now) : undefined;
  if (before) return before;
  switch (input.type) {
    case "prepare":
      return { state, effects: [] };
    case "join":
      return state.phase === "idle" || state.phase === "ended"
        ? join(state, input.publishing, now)
        : { state, effects: [] };
    case "ticket":
      return state.phase === "ticket" ? open(state, input, now) : { state, effects: [] };
    case "ticket_failed":
      return state.phase === "ticket"
        ? ticketFailed({ ...state, phone: input.phone ?? state.phone }, input, now, random)
        : { state, effects: [] };
    case "offer":
      return offered(state, input.offer, now);
    case "message":
      return isOn(state) ? receive(state, input.message, now, random) : { state, effects: [] };
    case "socket_closed":
      return isOn(state) ? fail(state, now, random) : { state, effects: [] };
    case "peer_failed": {
      const next = { ...state, ...dead, offer: undefined };
      return isOn(next) ? fail(next, now, random) : { state: next, effects: [] };
    }
    case "media":
      return media(state, input.state, now, random);
    case "publishing": {
      const next = { ...state, publishing: input.publishing };
      const isHeard = isOn(next) && (next.welcomed || next.isAhead);
      return { state: next, effects: isHeard ? [tellPublishing(next)] : [] };
    }
    case "network":
      return network(state, now);
    case "awake":
      return awake(state, now);
    case "tick":
      return tick(state, now, random);
    case "leave":
      return leave(state);
  }
}

/** The peer is of no more use: the next attempt makes another one. */
const dead = { peerUsed: true, isAlive: false, isUp: false, restart: undefined } as const;

/** An attempt is under way or has succeeded. */
function isOn(state: State): boolean {
  return state.phase !== "idle" && state.phase !== "waiting" && state.phase !== "ended";
}

function join(state: State, publishing: Publishing, now: number): Step {
  return comeIn(state, publishing, now) ?? attempt(pressed(state, publishing), now);
}

function attempt(state: State, now: number): Step {
  const epoch = state.epoch + 1;
  const next: State = {
    ...state,
    phase: "ticket",
    epoch,
    deadline: now + TICKET_WITHIN,
    askAgain: state.everLive ? now + ASK_AGAIN : undefined,
    nextPing: undefined,
    pongBy: undefined,
    restart: undefined,
    welcomed: false,
    knock: undefined,
    isAhead: false,
  };
  if (state.isAlive) return { state: next, effects: [{ type: "ticket", epoch }] };
  // Both at once saves a round trip. Only the first peer needs a ticket, for its relays.
  const fresh = freshPeer(next, now);
  return { state: fresh.state, effects: [{ type: "ticket", epoch }, ...fresh.effects] };
}

type Ticket = Extract<Input, { type: "ticket" }>;

function open(state: State, { epoch, url, ticket }: Ticket, now: number): Step {
  return {
    state: { ...state, phase: "socket", deadline: now + WELCOME_WITHIN },
    effects: [{ type: "socket", epoch, url, first: { type: "hello", ticket } }],
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
    case "encryption_required":
      return end(state, "cannot_encrypt");
    default:
      return fail(state, now, random, retryAfter);
  }
}

function offered(state: State, offer: Offer, now: number): Step {
  if (state.restart?.step !== "making")
    return state.phase === "ended" ? { state, effects: [] } : sendOffer({ ...state, offer }, now);
  return {
    state: { ...state, restart: { step: "sent", by: now + RESTART_ANSWER_WITHIN } },
    effects: [{ type: "send", message: { type: "offer", ...offer } }],
  };
}

function sendOffer(state: State, now: number): Step {
  if (state.phase !== "socket" || !state.welcomed || !state.offer) return { state, effects: [] };
  const message: ClientMessage = { type: "offer", ...state.offer };
  return {
    state: { ...state, phase: "offer", offer: undefined, peerUsed: true, deadline: now + ANSWER_WITHIN },
    effects: [{ type: "send", message }, tellPublishing(state)],
  };
}

function receive(state: State, message: ServerMessage, now: number, random: number): Step {
  switch (message.type) {
    case "ready":
      return state.knock === "sent" ? enter(state) : { state, effects: [] };
    case "waiting":
      return toTheDoor(state, now);
    case "waiting_guests":
      return { state: { ...state, waitingGuests: message.guests }, effects: [] };
    case "welcome":
      return welcome(
        {
          ...state,
          you: message.you,
          roster: message.roster,
          waitingGuests: [],
          encryption: newest(state.encryption, message.encryption),
        },
        now,
      );
    case "encryption":
      return { state: { ...state, encryption: newest(state.encryption, message.encryption) }, effects: [] };
    case "mls":
      return { state, effects: state.welcomed ? [{ type: "mls", news: message.message }] : [] };
    case "answer":
      return answered(state, message.sdp, now);
    case "speaker":
      return { state: { ...state, speaker: message.member ?? undefined }, effects: [] };
    case "quality":
      return { state: { ...state, quality: message.members }, effects: [] };
    case "wanted":
      return {
        state: { ...state, wanted: { ...state.wanted, [message.source]: message.layers } },
        effects: [{ type: "want", peer: state.peer, source: message.source, layers: message.layers }],
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

/** Who lifted it is shown as it was said first. */
function newest(before: Encryption | undefined, told: Encryption): Encryption {
  return before?.type === "lifted" ? before : told;
}

/** Into the room: `socket` again, now that nothing but the offer is missing. */
function welcome(state: State, now: number): Step {
  const inside: State = {
    ...state,
    phase: "socket",
    welcomed: true,
    knock: undefined,
    isAhead: false,
    speaker: undefined,
    quality: [],
    nextPing: now + PING_EVERY,
    deadline: now + WELCOME_WITHIN,
  };
  if (state.isAhead)
    return { state: { ...inside, phase: "offer", offer: undefined, deadline: now + ANSWER_WITHIN }, effects: [] };
  // Its offer is made only now: of the network in which the server was reached.
  if (state.isAlive) return { state: inside, effects: [{ type: "restart", peer: state.peer }] };
  const fresh = freshPeer(inside, now);
  const sent = sendOffer(fresh.state, now);
  return { state: sent.state, effects: [...fresh.effects, ...sent.effects] };
}

function answered(state: State, sdp: string, now: number): Step {
  const effects: Effect[] = [{ type: "answer", peer: state.peer, sdp }];
  if (state.restart?.step === "sent") {
    const restart: Restart | undefined = state.isUp ? undefined : { step: "answered", by: now + RESTART_WITHIN };
    return { state: { ...state, restart }, effects };
  }
  if (state.phase !== "offer") return { state, effects: [] };
  if (state.isAlive && state.isUp) {
    // Media never stopped.
    const { state: live, effects: more } = goLive(state);
    return { state: live, effects: [...effects, ...more] };
  }
  const within = state.isAlive ? RESTART_WITHIN : MEDIA_WITHIN;
  return { state: { ...state, phase: "media", deadline: now + within }, effects };
}

/** A guest waits, before the first welcome or because nobody of the team is in the room any more. */
function toTheDoor(state: State, now: number): Step {
  const isOver = state.peerUsed && !state.isAhead;
  return {
    state: {
      ...state,
      phase: "door",
      deadline: undefined,
      failures: 0,
      welcomed: false,
      knock: undefined,
      roster: [],
      slots: [],
      speaker: undefined,
      quality: [],
      nextPing: now + PING_EVERY,
      pongBy: undefined,
      ...(isOver ? dead : {}),
    },
    // What was seen and heard ends; a peer that the server does not know stays for the welcome.
    effects: [{ type: "retire", keep: isOver ? undefined : state.peer }],
  };
}

function refused(state: State, code: ProblemCode, now: number, random: number): Step {
  switch (code) {
    case "room_full":
      return end(state, "room_full");
    case "invalid_sdp": {
      // The server has given up what was to be restarted. A socket that has brought no other offer takes a fresh one.
      if (state.restart) return fail({ ...state, ...dead }, now, random);
      if (state.isAlive && state.phase === "offer") return welcome({ ...state, ...dead }, now);
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
      if (state.phase === "socket") return end(state, "removed");
      // At the door it only means: not yet. The offer that went ahead was not read, and is said again when welcome.
      return { state: state.isAhead ? { ...state, isAhead: false, peerUsed: false } : state, effects: [] };
    case "ticket_invalid":
    case "ticket_expired":
    case "ticket_used":
      return fail(state, now, random);
    default:
      return { state, effects: [] };
  }
}

function bye(state: State, reason: ByeReason, now: number, random: number): Step {
  // A server that stops takes all peers with it.
  if (reason === "restart") return fail({ ...state, ...dead }, now, random);
  return reason === "lost" ? fail(state, now, random) : end(state, reason);
}

function media(state: State, media: "connected" | "disconnected" | "failed", now: number, random: number): Step {
  const isUp = media === "connected";
  const next: State = { ...state, isUp };
  switch (state.phase) {
    case "media":
      if (isUp) return goLive(next);
      return media === "failed" ? fail({ ...next, ...dead }, now, random) : { state: next, effects: [] };
    case "live":
    case "restart":
      return isUp ? goLive(next) : interrupted(next, now);
    default:
      // Without a socket they come and go by themselves; the next Welcome brings a restart.
      return { state: next, effects: [] };
  }
}

function goLive(state: State): Step {
  return {
    state: {
      ...state,
      phase: "live",
      deadline: undefined,
      failures: 0,
      refusedOffers: 0,
      everLive: true,
      isAlive: true,
      // An answer that is due still tells whether the socket is alive.
      restart: state.restart?.step === "answered" ? undefined : state.restart,
    },
    effects: [{ type: "retire", keep: state.peer }],
  };
}

/** Media stand still. */
function interrupted(state: State, now: number): Step {
  const next: State = { ...state, phase: "restart" };
  return next.restart ? { state: next, effects: [] } : restart(next, now);
}

function restart(state: State, now: number): Step {
  return {
    state: { ...state, restart: { step: "making", by: now + RESTART_ANSWER_WITHIN } },
    effects: [{ type: "restart", peer: state.peer }],
  };
}

/** What was sent while there was no network, or by another one, may hang for long: better ask anew. */
function network(state: State, now: number): Step {
  switch (state.phase) {
    case "waiting":
    case "ticket":
    case "socket":
      // An offer that waits was made in another network.
      return attempt(state.isAlive ? state : { ...state, peerUsed: true }, now);
    case "live":
    case "restart": {
      if (state.restart?.step === "making") return { state, effects: [] };
      if (state.restart?.step !== "sent") return restart(state, now);
      const again = attempt(state, now);
      return { state: again.state, effects: [{ type: "close_socket" }, ...again.effects] };
    }
    default:
      return { state, effects: [] };
  }
}

/** Does not wait for what was due, or would be, while the page slept. */
function awake(state: State, now: number): Step {
  if (state.phase === "waiting") return attempt(state, now);
  return state.nextPing === undefined
    ? { state, effects: [] }
    : ping({ ...state, pongBy: now + AWAKE_PONG_WITHIN }, now);
}

function tick(state: State, now: number, random: number): Step {
  const what = due(state, now);
  switch (what) {
    case "attempt":
      return attempt({ ...state, deadline: undefined }, now);
    case "lost":
      return fail(state, now, random);
    case "dead":
      return fail({ ...state, ...dead }, now, random);
    default:
      return what;
  }
}

/** Breaks off this attempt and waits for the next one. What is on screen stays until then. */
function fail(state: State, now: number, random: number, retryAfter = 0): Step {
  if (state.knock !== undefined) {
    // It has waited for the press; how it ends says nothing of how another one fares.
    const again = attempt(state, now);
    return { state: again.state, effects: [{ type: "close_socket" }, ...again.effects] };
  }
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
      restart: undefined,
      welcomed: false,
      isAhead: false,
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
      ...dead,
      offer: undefined,
      knock: undefined,
      isAhead: false,
      preparedAt: undefined,
      roster: [],
      slots: [],
      speaker: undefined,
      quality: [],
      waitingGuests: [],
    },
    effects: [{ type: "close_socket" }, { type: "retire", keep: undefined }],
  };
}

function leave(state: State): Step {
  const hasNothing = state.phase === "idle" && state.preparedAt === undefined;
  if (hasNothing || state.phase === "ended") return { state, effects: [] };
  const { state: ended, effects } = end(state, "left");
  const inside = state.welcomed || state.phase === "door" || state.knock === "entered";
  const goodbye: Effect[] = inside ? [{ type: "send", message: { type: "leave" } }] : [];
  return { state: ended, effects: [...goodbye, ...effects] };
}
