import type { ReactNode } from "react";
import type { Encryption as Mode } from "../../api/types";
import type { RoomSession } from "../roomSession";
import type { Room } from "../useRoom";
import { EncryptionChip } from "./EncryptionChip";
import { EncryptionNotes } from "./EncryptionNotes";
import { EncryptionPanel } from "./EncryptionPanel";
import { useDifference, useEncryption } from "./useEncryption";

interface Options {
  readonly mode: Mode | undefined;
  /** The person of this page. */
  readonly you: string;
  readonly isGuest?: boolean;
  readonly isOpen: boolean;
  setOpen(isOpen: boolean): void;
  /** Telephone numbers of the other side. */
  readonly phones?: ReactNode;
  /** Opens the room without encryption, for those who may. */
  readonly lift?: ReactNode;
}

/** What a room shows of its encryption, each part to be put where it belongs. `panel` is nothing while it is closed. */
export function useRoomEncryption(
  session: RoomSession,
  room: Room,
  options: Options,
): Readonly<Record<"chip" | "notes" | "panel", ReactNode>> {
  const { encryption } = session;
  const { mode, you, isGuest = false, isOpen, setOpen, phones, lift } = options;
  const difference = useDifference(useEncryption(encryption), room.state.roster);
  const common = { encryption, mode, difference, onLeave: () => session.leave() };
  return {
    chip: <EncryptionChip encryption={encryption} mode={mode} you={you} isOpen={isOpen} onOpen={() => setOpen(!isOpen)} />,
    notes: (
      <EncryptionNotes
        {...common}
        isLive={room.state.phase === "live"}
        hasLeaked={room.connection.hasLeaked}
        onOpen={() => setOpen(true)}
      />
    ),
    panel: isOpen && (
      <EncryptionPanel
        {...common}
        you={you}
        isGuest={isGuest}
        phones={phones}
        lift={lift}
        onClose={() => setOpen(false)}
      />
    ),
  };
}
