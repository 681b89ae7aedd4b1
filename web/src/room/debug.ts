/**
 * `window.telekonsilDebug`: what browser tests read. Numbers and UIDs only, never a name, a picture or a free text.
 */

import type { StackView } from "../viewer/engine/stackView";
import type { SharedViewport } from "../viewer/sync/values";
import type { RoomSession } from "./roomSession";

/** How often `framesDecoded` is read. More makes tests wait; less costs a statistics report more often. */
const EVERY = 200;

export interface TelekonsilDebug {
  /** Phase of the connection (`live` once media are through). */
  readonly phase: string;
  readonly encryption: {
    readonly status: string;
    readonly generation: number;
    readonly epoch: number;
    /** In the group, this one included. */
    readonly members: number;
    readonly fault: string | undefined;
  };
  readonly epoch: number;
  readonly you: number | undefined;
  /** Frames decoded so far by m-line; nothing as long as a new connection replaces a lost one. */
  readonly framesDecoded: Readonly<Record<string, number>>;
  /** m-line → seat and source. */
  readonly slots: Readonly<Record<string, { member: number; source: string }>>;
  readonly mode: string;
  readonly presenter: number | undefined;
  readonly viewport: SharedViewport | undefined;
  readonly annotations: readonly { uid: string; author: number; points: readonly (readonly number[])[] }[];
  /** Images of the stack that are loaded. */
  readonly loaded: number;
  /** Event listeners that the viewport holds; 0 when there is none. */
  readonly listeners: number;
}

declare global {
  interface Window {
    telekonsilDebug?: TelekonsilDebug;
  }
}

/** Keeps the debug object up to date until the result is called; `listeners` stays readable after that. */
export function exposeDebug(session: RoomSession, stack: () => StackView | undefined): () => void {
  let framesDecoded: Record<string, number> = {};
  /** Number of the peer connection whose frames these are. */
  let decodedBy = 0;
  let lastStack: StackView | undefined;
  const timer = setInterval(() => {
    const { peer, phase } = session.connection.snapshot();
    if (phase !== "live") return;
    void session.connection.framesDecoded().then((frames) => {
      framesDecoded = frames;
      decodedBy = peer;
    });
  }, EVERY);
  window.telekonsilDebug = {
    get phase() {
      return session.connection.snapshot().phase;
    },
    get encryption() {
      const { status, generation, epoch, members, fault } = session.encryption.snapshot();
      return { status, generation, epoch, members: members.length, fault };
    },
    get epoch() {
      return session.connection.snapshot().epoch;
    },
    get you() {
      return session.connection.snapshot().you;
    },
    get framesDecoded() {
      return decodedBy === session.connection.snapshot().peer ? framesDecoded : {};
    },
    get slots() {
      return Object.fromEntries(
        session.connection.snapshot().slots.map(({ mid, member, source }) => [mid, { member, source }]),
      );
    },
    get mode() {
      return session.view.snapshot().mode;
    },
    get presenter() {
      return session.view.snapshot().presenter;
    },
    get viewport() {
      return stack()?.snapshot().view;
    },
    get annotations() {
      return [...session.view.snapshot().annotations].map(([uid, { author, points }]) => ({ uid, author, points }));
    },
    get loaded() {
      return stack()?.snapshot().loaded ?? 0;
    },
    get listeners() {
      lastStack = stack() ?? lastStack;
      return lastStack?.listenerCount ?? 0;
    },
  };
  return () => clearInterval(timer);
}
