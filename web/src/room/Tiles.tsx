import { useEffect, useRef, useState } from "react";
import type { Member } from "../api/types";
import { useTexts } from "../i18n";
import type { Connection } from "../rtc/connection";
import { midOf } from "../rtc/slots";
import type { Slot } from "../api/types";
import { Icon } from "../viewer/icons";
import { colorOf, initialsOf } from "./colors";

interface Props {
  connection: Connection;
  roster: readonly Member[];
  slots: readonly Slot[];
  you: number | undefined;
  camera: MediaStreamTrack | undefined;
  muted: boolean;
}

/** Faces: the others first, oneself last and mirrored; initials where there is no picture. */
export function Tiles({ connection, roster, slots, you, camera, muted }: Props) {
  const t = useTexts("room");
  const others = roster.filter((member) => member.id !== you);
  const self = roster.find((member) => member.id === you);
  return (
    // Reachable by keyboard, because many faces have to be scrolled.
    <ul className="tiles" aria-label={t("faces")} tabIndex={0}>
      {others.map((member) => {
        const mid = midOf(slots, member.id, "camera");
        const stream =
          mid !== undefined && member.publishing.camera && member.connected ? connection.stream(mid) : undefined;
        return (
          <Tile
            key={member.id}
            member={member}
            name={member.person.name}
            stream={stream}
            isMuted={!member.publishing.microphone}
          />
        );
      })}
      {self && <OwnTile member={self} camera={camera} isMuted={muted} />}
    </ul>
  );
}

function OwnTile({
  member,
  camera,
  isMuted,
}: {
  member: Member;
  camera: MediaStreamTrack | undefined;
  isMuted: boolean;
}) {
  const t = useTexts("room");
  const [stream, setStream] = useState<MediaStream>();
  useEffect(() => setStream(camera && new MediaStream([camera])), [camera]);
  return <Tile member={{ ...member, connected: true }} name={t("you")} stream={stream} isMuted={isMuted} isSelf />;
}

interface TileProps {
  member: Member;
  name: string;
  stream: MediaStream | undefined;
  isMuted: boolean;
  isSelf?: boolean;
}

function Tile({ member, name, stream, isMuted, isSelf = false }: TileProps) {
  const t = useTexts("room");
  return (
    <li
      className={`tile${isSelf ? " tile-self" : ""}`}
      data-testid={`tile-${member.id}`}
      style={{ borderColor: colorOf(member.id) }}
    >
      {stream ? (
        <Video stream={stream} className={isSelf ? "mirrored" : ""} label={name} />
      ) : (
        <span className="initials" aria-hidden="true" style={{ color: colorOf(member.id) }}>
          {initialsOf(member.person.name)}
        </span>
      )}
      {!member.connected && <span className="tile-away">{t("away")}</span>}
      <span className="tile-name">
        {isMuted && (
          <span className="tile-muted" role="img" aria-label={t("muted")}>
            <Icon name="micOff" />
          </span>
        )}
        {name}
      </span>
    </li>
  );
}

/** A video whose element survives a change of its stream. */
export function Video({ stream, className, label }: { stream: MediaStream; className: string; label: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element || element.srcObject === stream) return;
    element.srcObject = stream;
    void element.play().catch(() => undefined);
  }, [stream]);
  return <video ref={video} className={className} autoPlay playsInline muted aria-label={label} />;
}

/** The voices of the others. Every line has its element from the start, so that nobody's first word is lost. */
export function Voices({ connection, onBlocked }: { connection: Connection; onBlocked(resume: () => void): void }) {
  const blocked = useRef(onBlocked);
  blocked.current = onBlocked;
  return (
    <>
      {connection.audioStreams().map(({ stream }) => (
        <Voice key={stream.id} stream={stream} onBlocked={(resume) => blocked.current(resume)} />
      ))}
    </>
  );
}

function Voice({ stream, onBlocked }: { stream: MediaStream; onBlocked(resume: () => void): void }) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    element.srcObject = stream;
    // A page that was reloaded had no press of a button yet: the browser may refuse to make a sound.
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError")
        onBlocked(() => void element.play().catch(() => undefined));
    });
    return () => {
      element.srcObject = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the callback is stable in what it does
  }, [stream]);
  return <audio ref={audio} autoPlay />;
}
