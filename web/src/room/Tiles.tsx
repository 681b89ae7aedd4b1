import { useEffect, useRef, useState } from "react";
import type { Member, PersonId, Slot } from "../api/types";
import { useTexts } from "../i18n";
import { QualityMark } from "../quality/QualityMark";
import type { Connection } from "../rtc/connection";
import type { Judgement } from "../rtc/meter";
import type { Verdict } from "../rtc/quality";
import { midOf } from "../rtc/slots";
import type { Path } from "../rtc/stats";
import { Icon } from "../viewer/icons";
import { colorOf, initialsOf } from "./colors";
import { useLasting } from "./encryption/useEncryption";
import { useShown, type Line } from "./useShown";

interface Props {
  connection: Connection;
  roster: readonly Member[];
  slots: readonly Slot[];
  you: number | undefined;
  camera: MediaStreamTrack | undefined;
  muted: boolean;
  speaker: number | undefined;
  judgement: Judgement;
  /** Whether frames of this person cannot be opened yet. */
  waitsFor(person: PersonId): boolean;
}

/** How long a tile may wait for its key without a word, in ms. More leaves people before a black picture; less makes every
 * entry flicker. */
const SEALING_AFTER = 1000;

const GOOD: Verdict = { level: "good", reason: "none" };

/** Faces: the others first, oneself last and mirrored; initials where there is no picture. */
export function Tiles({ connection, roster, slots, you, camera, muted, speaker, judgement, waitsFor }: Props) {
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
        const judged = judgement.others.get(member.id);
        return (
          <Tile
            key={member.id}
            member={member}
            name={member.person.name}
            stream={stream}
            line={mid === undefined ? undefined : { connection, mid, fit: "cover" }}
            isMuted={!member.publishing.microphone}
            isSpeaking={member.id === speaker}
            isPaused={judged?.isPaused ?? false}
            isSealing={member.connected && waitsFor(member.person.id)}
            verdict={member.connected ? (judged ?? GOOD) : { level: "lost", reason: "away" }}
          />
        );
      })}
      {self && (
        <OwnTile
          member={self}
          camera={camera}
          isMuted={muted}
          isSpeaking={self.id === speaker}
          verdict={judgement.own}
          path={judgement.path}
        />
      )}
    </ul>
  );
}

function OwnTile({
  member,
  camera,
  ...rest
}: {
  member: Member;
  camera: MediaStreamTrack | undefined;
  isMuted: boolean;
  isSpeaking: boolean;
  verdict: Verdict;
  path: Path | undefined;
}) {
  const t = useTexts("room");
  const [stream, setStream] = useState<MediaStream>();
  useEffect(() => setStream(camera && new MediaStream([camera])), [camera]);
  return <Tile member={{ ...member, connected: true }} name={t("you")} stream={stream} isSelf {...rest} />;
}

interface TileProps {
  member: Member;
  name: string;
  stream: MediaStream | undefined;
  /** Where the picture comes in. */
  line?: Line | undefined;
  isMuted: boolean;
  isSelf?: boolean;
  isSpeaking: boolean;
  /** The picture stands still; it stays on the page, because it would not be sent otherwise. */
  isPaused?: boolean;
  /** There is no key yet that opens what comes. */
  isSealing?: boolean;
  verdict: Verdict;
  path?: Path | undefined;
}

function Tile(props: TileProps) {
  const { member, name, stream, line, isMuted, isSelf = false, isSpeaking, isPaused = false, isSealing = false, verdict, path } = props;
  const t = useTexts("room");
  const showsSealing = useLasting(isSealing, SEALING_AFTER);
  const initials = (
    <span className="initials" aria-hidden="true" style={{ color: colorOf(member.id) }}>
      {initialsOf(member.person.name)}
    </span>
  );
  return (
    <li
      className={`tile${isSelf ? " tile-self" : ""}${isSpeaking ? " tile-speaks" : ""}`}
      data-testid={`tile-${member.id}`}
      data-speaks={isSpeaking}
      style={{ borderColor: colorOf(member.id) }}
    >
      {stream ? (
        <Video stream={stream} className={isSelf ? "mirrored" : ""} label={name} line={line} />
      ) : (
        initials
      )}
      {showsSealing && (
        <div className="tile-paused" data-testid={`sealing-${member.id}`}>
          {initials}
          <p>{t("encryption.state.required")}</p>
        </div>
      )}
      {stream && isPaused && !showsSealing && (
        <div className="tile-paused" data-testid={`paused-${member.id}`}>
          {initials}
          <p>{t("quality:paused")}</p>
        </div>
      )}
      {!member.connected && <span className="tile-away">{t("away")}</span>}
      <span className="tile-name">
        {isMuted && (
          <span className="tile-muted" role="img" aria-label={t("muted")}>
            <Icon name="micOff" />
          </span>
        )}
        {name}
        {/* No live region: who speaks is heard. It is for whoever asks. */}
        {isSpeaking && <span className="visually-hidden">{t("quality:speaks")}</span>}
      </span>
      <QualityMark name={isSelf ? undefined : name} verdict={verdict} path={path} />
    </li>
  );
}

interface VideoProps {
  stream: MediaStream;
  className: string;
  label: string;
  /** Where it comes in: the server sends what fits the size. */
  line?: Line | undefined;
}

/** A video whose element survives a change of its stream. */
export function Video({ stream, className, label, line }: VideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  useShown(video, line);
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
