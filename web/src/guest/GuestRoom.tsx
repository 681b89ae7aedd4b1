import { useState, type ReactNode } from "react";
import type { GuestView } from "../api/types";
import { useTexts } from "../i18n";
import { ChatPanel } from "../room/ChatPanel";
import { LiftedBand } from "../room/encryption/EncryptionNotes";
import { useRoomEncryption } from "../room/encryption/RoomEncryption";
import { useEncryption } from "../room/encryption/useEncryption";
import { Controls } from "../room/Controls";
import { Faces } from "../room/Faces";
import { ConnectionState } from "../room/Header";
import { MoreMenu } from "../room/MoreMenu";
import type { RoomSession } from "../room/roomSession";
import { saveCall } from "../room/saveJson";
import { SoundBlocked } from "../room/Sound";
import { Stage } from "../room/Stage";
import { Voices } from "../room/Tiles";
import { useRoom } from "../room/useRoom";
import type { EndReason } from "../rtc/machine";
import { Button } from "../ui";

interface Props {
  session: RoomSession;
  view: GuestView;
  onEnded(reason: EndReason): void;
}

/** The talk as a guest has it: faces, voices and chat. No images, no case, nothing to decide. */
export function GuestRoom({ session, view, onEnded }: Props) {
  const t = useTexts("guest");
  const { local, chat } = session;
  const [panel, setPanel] = useState<"chat" | "encryption">();
  const showsChat = panel === "chat";
  const { status } = useEncryption(session.encryption);
  const room = useRoom(session, { showsChat, stack: () => undefined, onEnded });
  const { state } = room;
  const mode = state.encryption ?? view.encryption;
  const encryption = useRoomEncryption(session, room, {
    mode,
    you: view.id,
    isGuest: true,
    isOpen: panel === "encryption",
    setOpen: (isOpen) => setPanel(isOpen ? "encryption" : undefined),
  });

  const hasSeat = state.roster.length > 0;
  if (state.phase === "door" || !hasSeat) {
    return (
      <Door view={view} isAtDoor={state.phase === "door"} wasInside={state.everLive} onLeave={() => session.leave()}>
        {status === "lifted" && <LiftedBand mode={mode} />}
      </Door>
    );
  }
  return (
    <div className={`room room-faces${panel ? " has-panel" : ""}`} data-testid="room" data-phase={state.phase}>
      <header className="room-head">
        <div className="room-what">
          <strong className="room-label">{view.host.hospital}</strong>
          <span className="room-service">{t("youAre", { name: view.name })}</span>
        </div>
        {encryption.chip}
        <ConnectionState state={state} />
      </header>
      <div className="room-notes">
        {encryption.notes}
        <SoundBlocked resume={room.stopped} onResumed={room.onResumed} />
      </div>
      <Faces room={room} session={session} />
      <Stage screen={room.screen}>{null}</Stage>
      {showsChat && <ChatPanel chat={chat} isLive={state.phase === "live"} onClose={() => setPanel(undefined)} />}
      {encryption.panel}
      <Controls
        local={local}
        state={room.media}
        unread={room.unread}
        shows={showsChat ? "chat" : panel && "other"}
        mayShare={false}
        more={<MoreMenu items={["stats"]} onPick={() => saveCall(room.meter)} />}
        onChat={() => setPanel(showsChat ? undefined : "chat")}
        onLeave={() => session.leave()}
      />
      <Voices connection={room.connection} onBlocked={room.onBlocked} />
    </div>
  );
}

interface DoorProps {
  view: GuestView;
  isAtDoor: boolean;
  /** Was let in before: the team has left, or the connection was lost. */
  wasInside: boolean;
  onLeave(): void;
  children: ReactNode;
}

function Door({ view, isAtDoor, wasInside, onLeave, children }: DoorProps) {
  const t = useTexts("guest");
  return (
    <main className="room-message guest-message" data-testid="guest-door" data-waits={isAtDoor}>
      <h1 role="status">{isAtDoor ? t("waitTitle") : t("connecting")}</h1>
      {isAtDoor && <p>{wasInside ? t("waitBack") : t("waitText", { name: view.host.name })}</p>}
      {children}
      <div className="room-message-actions">
        <Button onPress={onLeave} data-testid="leave-door">
          {t("leaveDoor")}
        </Button>
      </div>
    </main>
  );
}
