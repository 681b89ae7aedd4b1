import { useSyncExternalStore } from "react";
import { waitsFor } from "./encryption/marks";
import { useEncryption } from "./encryption/useEncryption";
import type { RoomSession } from "./roomSession";
import { Tiles } from "./Tiles";
import type { Room } from "./useRoom";

/** Who is in the room: seen, and said to those who do not see it. */
export function Faces({ room, session }: { room: Room; session: RoomSession }) {
  const { connection, meter, state, media, arrivals, chatNews } = room;
  const encryption = useEncryption(session.encryption);
  const judgement = useSyncExternalStore(meter.subscribe, meter.snapshot);
  return (
    <>
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
        speaker={state.speaker}
        judgement={judgement}
        waitsFor={(person) => waitsFor(encryption, person)}
      />
    </>
  );
}
