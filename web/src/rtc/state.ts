/** What the way into a room goes through: its times, states, inputs and effects. `machine.ts` decides. Pure. */

import type {
  ClientMessage,
  Encryption,
  Guest,
  Member,
  MemberId,
  MemberQuality,
  MlsNews,
  ProblemCode,
  Publishing,
  PublishLine,
  ReceiveLine,
  ServerMessage,
  Slot,
  Source,
} from "../api/types";

/** Wait before the second attempt. More leaves doctors alone after the network is back; less lets a thousand rooms hit a
 * server that has just started. */
export const FIRST_RETRY = 250;
/** Wait of somebody who was in the room: most of what a restart of the server costs is waiting for the next
 * attempt. More delays the return by it; less makes the people of a hundred rooms knock more than two thousand times a
 * second at a server that has just started. */
export const BACK_RETRY = 250;
/** Attempts in a row with {@link BACK_RETRY}, about a minute; and the wait after them, which is everybody's who has not
 * been in the room yet. More knocks longer at a dead server; less returns later after a long outage. */
export const BACK_ATTEMPTS = 300;
export const LAST_RETRY = 2000;
/** How old a knock or an offer may be that waited: for the press on "join", or for the server. More risks a knock that
 * the server ends (after 60 s) at that very moment, and an offer of a network which the computer has left since; less
 * makes slow PCs build connections for nothing. */
export const KEEPS = 40_000;
/** How long each step may take. More hides a dead path; less breaks off an attempt that a slow network or a busy old PC
 * would have finished, and starts the whole work again. */
export const TICKET_WITHIN = 5000;
export const WELCOME_WITHIN = 6000;
/** The same by the socket of a knock, which may have died unnoticed since. More leaves whoever has pressed "join" waiting
 * before a dead one; less gives up one that a slow network carries. */
export const ENTER_WITHIN = 3000;
export const ANSWER_WITHIN = 8000;
export const MEDIA_WITHIN = 12_000;
/**
 * After so long somebody who was in the room asks for a ticket once more, without giving up the question before: what was
 * sent while there was no network is repeated ever more slowly by TCP, and a new request gets through sooner. More delays
 * the return by it; less asks a slow network twice for what it would have answered.
 */
export const ASK_AGAIN = 1000;
/**
 * How long the answer to an ICE restart may take. More notices later that the socket is as dead as the path; less gives
 * up a socket that a slow network would have used.
 */
export const RESTART_ANSWER_WITHIN = 2000;
/** And how long the media after that, before a fresh peer is tried. More hides that the server has lost the old one; less
 * breaks off what a slow network would have finished. */
export const RESTART_WITHIN = 4000;
/** Heartbeat, and the silence after which the server counts as gone. More finds a dead path later; less costs traffic
 * and breaks off when a laptop is busy. */
export const PING_EVERY = 3000;
export const PONG_WITHIN = 7000;
/** The same for a page that comes into sight again, where a socket that did not survive is likelier. */
export const AWAKE_PONG_WITHIN = 2000;
/**
 * A deadline that is noticed later than this found the page asleep or too busy to look; the answer may be waiting
 * already. It then gets this grace once more. Less breaks off attempts that have succeeded; more wakes a laptop slowly.
 */
export const LATE = 500;
export const LATE_GRACE = 1500;
/** Attempts in a row whose offer is refused until the browser counts as unfit for the room. */
export const MAX_REFUSED_OFFERS = 3;

export type EndReason =
  /** This member left. */
  | "left"
  | "consult_ended"
  | "joined_elsewhere"
  | "signed_out"
  | "forbidden"
  | "room_full"
  | "unsupported"
  /** The room is encrypted, and this browser cannot do that. */
  | "cannot_encrypt"
  /** Sent away: a guest by the host, somebody else by losing the part in the consult. */
  | "removed";

/**
 * `ticket`: asking for one. `socket`: opening the socket until Welcome. `door`: a guest who has to be let in. `offer`:
 * until the answer. `media`: until ICE and DTLS are through. `restart`: media were interrupted and are brought back by
 * an ICE restart. `waiting`: until the next attempt.
 */
export type Phase =
  | "idle"
  | "ticket"
  | "socket"
  | "door"
  | "offer"
  | "media"
  | "live"
  | "restart"
  | "waiting"
  | "ended";

export interface Offer {
  readonly sdp: string;
  readonly publish: PublishLine[];
  readonly receive: ReceiveLine[];
  /** Of a peer that the server has already, for its new path. */
  readonly restart: boolean;
}

/**
 * How far the way in is that was begun before the press on "join": its ticket was asked for; its socket is opened; the
 * server has said that it is ready; it was told that they come in, and has not answered.
 */
export type Knock = "asked" | "sent" | "ready" | "entered";

/** An ICE restart on the socket that is open: the offer is made, was sent, was answered. */
export interface Restart {
  readonly step: "making" | "sent" | "answered";
  /** When it counts as failed. */
  readonly by: number;
}

export interface State {
  readonly phase: Phase;
  /** Number of the current attempt, from 1. */
  readonly epoch: number;
  /** Attempts that failed in a row. */
  readonly failures: number;
  readonly refusedOffers: number;
  /** When the current phase gives up or the next attempt starts. */
  readonly deadline: number | undefined;
  /** In phase `ticket`: when it is asked for once more. */
  readonly askAgain: number | undefined;
  readonly nextPing: number | undefined;
  /** A ping is unanswered until then. */
  readonly pongBy: number | undefined;
  readonly nonce: number;
  readonly knock: Knock | undefined;
  /** When a knock and a peer were prepared last for the press on "join". */
  readonly preparedAt: number | undefined;
  /** Media have been through at least once: from then on a loss is a *re*connect. */
  readonly everLive: boolean;
  readonly welcomed: boolean;
  /** Number of the newest peer connection, from 1, and when it was made. */
  readonly peer: number;
  readonly peerSince: number;
  /** It has been offered to the server, or is of no use: the next attempt needs another one. */
  readonly peerUsed: boolean;
  /** Its offer went to the server before the welcome, where the door may stand between. */
  readonly isAhead: boolean;
  /**
   * Its media have been through, and nothing says that the server has given it up: an ICE restart may bring it back, on
   * this socket or on the next one.
   */
  readonly isAlive: boolean;
  /** Its media are through now. */
  readonly isUp: boolean;
  readonly restart: Restart | undefined;
  /** Its offer, once it is made and until it is sent, or until the welcome where it went ahead. */
  readonly offer: Offer | undefined;
  /** Guests at the door, for the team. */
  readonly waitingGuests: readonly Guest[];
  readonly you: MemberId | undefined;
  readonly roster: readonly Member[];
  readonly slots: readonly Slot[];
  readonly speaker: MemberId | undefined;
  /** How others get here, and this member there; who is missing is good. */
  readonly quality: readonly MemberQuality[];
  /** What the server has said of the room's end-to-end encryption. Lifted stays lifted. */
  readonly encryption: Encryption | undefined;
  /** Layers of the own sources that somebody needs; all of those that are not named. */
  readonly wanted: Readonly<Partial<Record<Source, number>>>;
  readonly publishing: Publishing;
  readonly end: EndReason | undefined;
  /** Telephone number that a refusal named. */
  readonly phone: string | undefined;
}

export const initial: State = {
  phase: "idle",
  epoch: 0,
  failures: 0,
  refusedOffers: 0,
  deadline: undefined,
  askAgain: undefined,
  nextPing: undefined,
  pongBy: undefined,
  nonce: 0,
  knock: undefined,
  preparedAt: undefined,
  everLive: false,
  welcomed: false,
  peer: 0,
  peerSince: 0,
  peerUsed: true,
  isAhead: false,
  isAlive: false,
  isUp: false,
  restart: undefined,
  offer: undefined,
  waitingGuests: [],
  you: undefined,
  roster: [],
  slots: [],
  speaker: undefined,
  quality: [],
  encryption: undefined,
  wanted: {},
  publishing: { microphone: false, camera: false, screen: false },
  end: undefined,
  phone: undefined,
};

export type Input =
  /** Somebody may be about to join: what takes time is done before. */
  | { readonly type: "prepare" }
  | { readonly type: "join"; readonly publishing: Publishing }
  | { readonly type: "ticket"; readonly epoch: number; readonly ticket: string; readonly url: string }
  | {
      readonly type: "ticket_failed";
      readonly epoch: number;
      readonly code: ProblemCode | "offline" | "unknown";
      readonly phone?: string | undefined;
      /** Milliseconds that the server asks to wait. */
      readonly retryAfter?: number | undefined;
    }
  | { readonly type: "socket_closed"; readonly epoch: number }
  | { readonly type: "message"; readonly epoch: number; readonly message: ServerMessage }
  | { readonly type: "offer"; readonly peer: number; readonly offer: Offer }
  | { readonly type: "peer_failed"; readonly peer: number }
  | { readonly type: "media"; readonly peer: number; readonly state: "connected" | "disconnected" | "failed" }
  | { readonly type: "publishing"; readonly publishing: Publishing }
  /** The browser has a network again, or another one. */
  | { readonly type: "network" }
  /** The page is in sight again: timers stood, and the network may have gone meanwhile. */
  | { readonly type: "awake" }
  | { readonly type: "tick" }
  | { readonly type: "leave" };

export type Effect =
  /** Asks for a ticket, beside what was asked before for the same epoch. */
  | { readonly type: "ticket"; readonly epoch: number }
  /** Makes a peer connection and its offer. The old one plays on until {@link Effect} `retire`. */
  | { readonly type: "peer"; readonly peer: number }
  /** Makes an offer of this peer for an ICE restart; its media go on as long as they can. */
  | { readonly type: "restart"; readonly peer: number }
  /** Opens the socket and says `first`, which shows the ticket, as soon as it is open. */
  | { readonly type: "socket"; readonly epoch: number; readonly url: string; readonly first: ClientMessage }
  | { readonly type: "send"; readonly message: ClientMessage }
  /** The delivery service of the group has said something. */
  | { readonly type: "mls"; readonly news: MlsNews }
  | { readonly type: "answer"; readonly peer: number; readonly sdp: string }
  /** How many layers of a source anybody needs. */
  | { readonly type: "want"; readonly peer: number; readonly source: Source; readonly layers: number }
  /** Closes every peer connection but that of `keep`. */
  | { readonly type: "retire"; readonly keep: number | undefined }
  | { readonly type: "close_socket" };

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}
