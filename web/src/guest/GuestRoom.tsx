import { useEffect, useState, useSyncExternalStore } from "react";
import type { GuestView } from "../api/types";
import { useTexts } from "../i18n";
import { useArrivals } from "../room/arrivals";
import { ChatPanel } from "../room/ChatPanel";
import { useChatNews } from "../room/chatNews";
import { Controls } from "../room/Controls";
import { exposeDebug } from "../room/debug";
import { ConnectionState } from "../room/Header";
import type { RoomSession } from "../room/roomSession";
import { SoundBlocked } from "../room/Sound";
import { Stage } from "../room/Stage";
import { Tiles, Voices } from "../room/Tiles";
import { useWakeLock } from "../room/wakeLock";
import type { EndReason } from "../rtc/machine";
import { sharedScreen } from "../rtc/slots";
import { Button } from "../ui";

interface Props {
  session: RoomSession;
  view: GuestView;
  onEnded(reason: EndReason): void;
}

/** The talk as a guest has it: faces, voices and chat. No images, no case, nothing to decide. */
export function GuestRoom({ session, view, onEnded }: Props) {
  const t = useTexts("guest");
  const { connection, local, chat } = session;
  const state = useSyncExternalStore(connection.subscribe, connection.snapshot);
  const media = useSyncExternalStore(local.subscribe, local.snapshot);
  const { unread } = useSyncExternalStore(chat.subscribe, chat.snapshot);
  const [showsChat, setShowsChat] = useState(false);
  const [resumeSound, setResumeSound] = useState<(() => void)[]>([]);
  const arrivals = useArrivals(state.roster, state.you);
  const chatNews = useChatNews(chat, showsChat);
  useWakeLock();
  useEffect(() => exposeDebug(session, () => undefined), [session]);
  useEffect(() => {
    if (state.phase === "ended") onEnded(state.end ?? "left");
  }, [state.phase, state.end, onEnded]);

  const hasSeat = state.roster.length > 0;
  if (state.phase === "door" || !hasSeat) {
    return <Door view={view} isAtDoor={state.phase === "door"} wasInside={state.everLive} onLeave={() => session.leave()} />;
  }
  const screen = sharedScreen(state.slots);
  const stream = screen && connection.stream(screen.mid);
  const sharer = state.roster.find(({ id }) => id === screen?.member)?.person.name ?? "–";
  return (
    <div className={`room room-faces${showsChat ? " has-panel" : ""}`} data-testid="room" data-phase={state.phase}>
      <header className="room-head">
        <div className="room-what">
          <strong className="room-label">{view.host.hospital}</strong>
          <span className="room-service">{t("youAre", { name: view.name })}</span>
        </div>
        <ConnectionState state={state} />
      </header>
      <div className="room-notes">
        <SoundBlocked resume={resumeSound} onResumed={() => setResumeSound([])} />
      </div>
      <p className="visually-hidden" role="status">
        {arrivals}
      </p>
      <p className="visually-hidden" role="status">
        {chatNews}
      </p>
      <Tiles
        connection={connection}
        roster={state.roster}
        slots={state.slots}
        you={state.you}
        camera={media.tracks.camera}
        muted={media.muted || !media.tracks.microphone}
      />
      <Stage screen={screen && stream ? { stream, name: sharer } : undefined}>{null}</Stage>
      {showsChat && <ChatPanel chat={chat} isLive={state.phase === "live"} onClose={() => setShowsChat(false)} />}
      <Controls
        local={local}
        state={media}
        unread={unread}
        shows={showsChat ? "chat" : undefined}
        mayShare={false}
        onChat={() => setShowsChat(!showsChat)}
        onLeave={() => session.leave()}
      />
      <Voices connection={connection} onBlocked={(resume) => setResumeSound((all) => [...all, resume])} />
    </div>
  );
}

interface DoorProps {
  view: GuestView;
  isAtDoor: boolean;
  /** Was let in before: the team has left, or the connection was lost. */
  wasInside: boolean;
  onLeave(): void;
}

function Door({ view, isAtDoor, wasInside, onLeave }: DoorProps) {
  const t = useTexts("guest");
  return (
    <main className="room-message guest-message" data-testid="guest-door" data-waits={isAtDoor}>
      <h1 role="status">{isAtDoor ? t("waitTitle") : t("connecting")}</h1>
      {isAtDoor && <p>{wasInside ? t("waitBack") : t("waitText", { name: view.host.name })}</p>}
      <div className="room-message-actions">
        <Button onPress={onLeave} data-testid="leave-door">
          {t("leaveDoor")}
        </Button>
      </div>
    </main>
  );
}
