import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Connection } from "../rtc/connection";
import type { LocalState } from "../rtc/localMedia";
import type { Meter } from "../rtc/meter";
import type { EndReason, State } from "../rtc/machine";
import { sharedScreen } from "../rtc/slots";
import type { StackView } from "../viewer/engine/stackView";
import { useArrivals } from "./arrivals";
import { useChatNews } from "./chatNews";
import { exposeDebug } from "./debug";
import { attestedRoster } from "./encryption/marks";
import type { RoomSession } from "./roomSession";
import type { Line } from "./useShown";
import { useWakeLock } from "./wakeLock";

/** A stay as it is shown, to members of the team and to guests alike. */
export interface Room {
  readonly connection: Connection;
  readonly meter: Meter;
  readonly state: State;
  readonly media: LocalState;
  /** Chat messages that were not read yet. */
  readonly unread: number;
  /** Sentences for screen readers. */
  readonly arrivals: string;
  readonly chatNews: string;
  /** The screen that somebody shares. */
  readonly screen: { readonly stream: MediaStream; readonly name: string; readonly line: Line } | undefined;
  readonly nameOf: (member: number) => string;
  /** Voices that the browser has stopped; each goes on when called from a press. */
  readonly stopped: readonly (() => void)[];
  readonly onBlocked: (resume: () => void) => void;
  readonly onResumed: () => void;
}

interface Options {
  /** The chat is in sight: its messages are read. */
  readonly showsChat: boolean;
  readonly stack: () => StackView | undefined;
  readonly onEnded: (reason: EndReason) => void;
}

export function useRoom(session: RoomSession, { showsChat, stack, onEnded }: Options): Room {
  const { connection, meter, local, chat } = session;
  const told = useSyncExternalStore(connection.subscribe, connection.snapshot);
  const sealing = useSyncExternalStore(session.encryption.subscribe, session.encryption.snapshot);
  const roster = useMemo(() => attestedRoster(told.roster, sealing), [told.roster, sealing]);
  const state = useMemo(() => ({ ...told, roster }), [told, roster]);
  const media = useSyncExternalStore(local.subscribe, local.snapshot);
  const { unread } = useSyncExternalStore(chat.subscribe, chat.snapshot);
  const [stopped, setStopped] = useState<readonly (() => void)[]>([]);
  const arrivals = useArrivals(state.roster, state.you);
  const chatNews = useChatNews(chat, showsChat);
  useWakeLock();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- `stack` is asked anew each time
  useEffect(() => exposeDebug(session, stack), [session]);
  useEffect(() => {
    if (state.phase === "ended") onEnded(state.end ?? "left");
  }, [state.phase, state.end, onEnded]);

  const nameOf = (member: number) => state.roster.find(({ id }) => id === member)?.person.name ?? "–";
  const slot = sharedScreen(state.slots);
  const stream = slot && connection.stream(slot.mid);
  return {
    connection,
    meter,
    state,
    media,
    unread,
    arrivals,
    chatNews,
    screen: slot && stream ? { stream, name: nameOf(slot.member), line: { connection, mid: slot.mid, fit: "contain" } } : undefined,
    nameOf,
    stopped,
    onBlocked: (resume) => setStopped((all) => [...all, resume]),
    onResumed: () => setStopped([]),
  };
}
