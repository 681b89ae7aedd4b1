/**
 * Before the press on "join", and the press. Ticket, socket and offer take most of the time until a face is seen: whoever
 * is about to join has them already, and says `enter` and the offer at once. Pure; `machine.ts` decides the rest.
 */

import type { ClientMessage, Publishing, ServerMessage } from "../api/types";
import {
  ASK_AGAIN,
  ENTER_WITHIN,
  initial,
  KEEPS,
  TICKET_WITHIN,
  WELCOME_WITHIN,
  type Effect,
  type Input,
  type State,
  type Step,
} from "./state";

type Ticket = Extract<Input, { type: "ticket" }>;

/** One input while nobody has asked to join; `undefined` for what means the same at any time. */
export function lobby(state: State, input: Input, now: number): Step | undefined {
  switch (input.type) {
    case "prepare":
      return prepare(state, now);
    case "ticket":
      return knock(state, input);
    case "message":
      return heard(state, input.message);
    // Not tried again before it would have been too old: a server that refuses it would be asked at every move of the mouse.
    case "ticket_failed":
    case "socket_closed":
      return { state: { ...state, knock: undefined }, effects: [] };
    case "network":
      return {
        state: { ...state, knock: undefined, preparedAt: undefined, peerUsed: true },
        effects: hangUp(state),
      };
    default:
      return undefined;
  }
}

function prepare(state: State, now: number): Step {
  const isPrepared = state.preparedAt !== undefined && now - state.preparedAt < KEEPS;
  if (isPrepared) return { state, effects: [] };
  const epoch = state.epoch + 1;
  const fresh = freshPeer({ ...state, epoch, knock: "asked", preparedAt: now }, now);
  return { state: fresh.state, effects: [...hangUp(state), { type: "ticket", epoch }, ...fresh.effects] };
}

function knock(state: State, { epoch, url, ticket }: Ticket): Step {
  const first: ClientMessage = { type: "knock", ticket };
  return { state: { ...state, knock: "sent" }, effects: [{ type: "socket", epoch, url, first }] };
}

/** A refusal is followed by the socket's end, and a farewell too. */
function heard(state: State, message: ServerMessage): Step {
  const isReady = message.type === "ready" && state.knock === "sent";
  return { state: isReady ? { ...state, knock: "ready" } : state, effects: [] };
}

function hangUp(state: State): Effect[] {
  return state.knock === undefined ? [] : [{ type: "close_socket" }];
}

/** The press. `undefined` when nothing has been prepared but perhaps a peer. */
export function comeIn(state: State, publishing: Publishing, now: number): Step | undefined {
  const { knock } = state;
  switch (knock) {
    case undefined:
    case "entered":
      return undefined;
    case "asked":
      // Its ticket serves as well, unless the question hangs.
      return freshPeer(
        { ...pressed(state, publishing), phase: "ticket", deadline: now + TICKET_WITHIN, askAgain: now + ASK_AGAIN },
        now,
      );
    case "sent":
      return freshPeer(
        { ...pressed(state, publishing), knock, phase: "socket", deadline: now + WELCOME_WITHIN },
        now,
      );
    case "ready": {
      const fresh = freshPeer(
        { ...pressed(state, publishing), phase: "socket", deadline: now + ENTER_WITHIN },
        now,
      );
      const entered = enter(fresh.state);
      return { state: entered.state, effects: [...entered.effects, ...fresh.effects] };
    }
  }
}

/** A new stay, of which nothing is left but what was prepared. */
export function pressed({ epoch, peer, peerSince, peerUsed, offer }: State, publishing: Publishing): State {
  return { ...initial, epoch, peer, peerSince, peerUsed, offer, publishing };
}

/** Comes in by the socket that has knocked, and says at once what would be asked for next. */
export function enter(state: State): Step {
  const inside: State = { ...state, knock: "entered" };
  const effects: Effect[] = [{ type: "send", message: { type: "enter" } }];
  if (!state.offer) return { state: inside, effects };
  const message: ClientMessage = { type: "offer", ...state.offer };
  return {
    state: { ...inside, isAhead: true, peerUsed: true },
    effects: [...effects, { type: "send", message }, tellPublishing(state)],
  };
}

export function tellPublishing(state: State): Effect {
  return { type: "send", message: { type: "publishing", publishing: state.publishing } };
}

/** A peer connection for the next offer: the one that waits, unless it is used or too old. */
export function freshPeer(state: State, now: number): Step {
  if (!state.peerUsed && now - state.peerSince < KEEPS) return { state, effects: [] };
  const peer = state.peer + 1;
  return {
    state: { ...state, peer, peerSince: now, peerUsed: false, offer: undefined, wanted: {} },
    effects: [{ type: "peer", peer }],
  };
}
