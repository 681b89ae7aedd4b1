import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import type { ConsultId, Encryption as Mode } from "../api/types";
import { CheckDialog } from "../check/CheckDialog";
import { browserEncryption } from "../e2ee/encryption/browser";
import type { DeviceOf } from "../e2ee/encryption/deviceStore";
import type { EncryptionGap } from "../e2ee/encryption/support";
import { useTexts } from "../i18n";
import type { AskTicket } from "../rtc/connection";
import type { Device, DeviceProblem } from "../rtc/devices";
import { watchLevel } from "../rtc/level";
import { LocalMedia } from "../rtc/localMedia";
import { Button, LanguageSwitch } from "../ui";
import { ringer } from "../ui/Ringer";
import { isBlocked } from "./encryption/blocked";
import { LobbyEncryption } from "./encryption/LobbyEncryption";
import { RoomSession } from "./roomSession";
import { lastDevices } from "./stay";

interface Props {
  consult: ConsultId;
  of: DeviceOf;
  ticket: AskTicket;
  /** What this browser lacks to encrypt. */
  gaps: readonly EncryptionGap[];
  mode: Mode;
  /** What else helps a browser that cannot encrypt. */
  encryptionHelp: ReactNode;
  heading: ReactNode;
  about: ReactNode;
  /** Who is there already, or why the room is closed. */
  news: ReactNode;
  canJoin: boolean;
  /** On the button; without it what the devices say. */
  joinLabel?: string;
  foot?: ReactNode;
  /** The path to the server can be tried, too; not by guests and by telephones that a link brought here. */
  hasCheck?: boolean;
  onJoin(session: RoomSession): void;
}

/** Whoever is about to press the button does one of these first. */
const SIGNS_OF_LIFE = ["pointermove", "pointerdown", "keydown"] as const;

/** Devices are chosen and tried before anybody sees or hears anything; every one of them may be missing. */
export function DeviceLobby(props: Props) {
  const { consult, of, ticket, gaps, mode, heading, about, news, joinLabel, foot, hasCheck = false, onJoin } = props;
  const canJoin = props.canJoin && !isBlocked(mode, gaps);
  const t = useTexts("room");
  const [session] = useState(() => new RoomSession(consult, new LocalMedia(), browserEncryption(consult, of, gaps), ticket));
  const { local } = session;
  const state = useSyncExternalStore(local.subscribe, local.snapshot);
  const isHandedOver = useRef(false);
  const [isChecking, setChecking] = useState(false);
  useEffect(() => {
    void local.open(lastDevices());
  }, [local]);
  useEffect(() => session.encryption.setEncryption(mode), [session, mode]);
  useEffect(() => {
    // The devices are asked for first: whoever has allowed them is reached by more addresses.
    if (!canJoin || local.snapshot().isOpening) return;
    const prepare = () => session.prepare();
    prepare();
    for (const sign of SIGNS_OF_LIFE) addEventListener(sign, prepare);
    return () => {
      for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, prepare);
    };
  }, [session, local, canJoin, state.isOpening]);
  useEffect(() => {
    const leave = () => void (!isHandedOver.current && session.leave());
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [session]);

  const { camera, microphone } = state.tracks;
  const join = () => {
    isHandedOver.current = true;
    session.join();
    // This press lets the page be heard later, when a guest waits.
    void ringer.arm();
    onJoin(session);
  };
  return (
    <main className="lobby">
      <header className="lobby-head">
        <h1>{heading}</h1>
        <LanguageSwitch />
      </header>
      <p className="lobby-about">{about}</p>
      <div className="lobby-body">
        <Preview track={camera} />
        <div className="lobby-choices">
          <DeviceSelect
            name="camera"
            label={t("lobby.camera")}
            devices={state.devices.cameras}
            chosen={camera ? state.cameraId : undefined}
            problem={state.cameraProblem}
            onChoose={(id) => (id === undefined ? local.closeCamera() : void local.openCamera(id))}
          />
          <DeviceSelect
            name="microphone"
            label={t("lobby.microphone")}
            devices={state.devices.microphones}
            chosen={microphone ? state.microphoneId : undefined}
            problem={state.microphoneProblem}
            onChoose={(id) => (id === undefined ? local.closeMicrophone() : void local.openMicrophone(id))}
          />
          {microphone ? (
            <Level track={microphone} />
          ) : (
            !state.isOpening && <p className="lobby-hint">{t("lobby.listenOnly")}</p>
          )}
          {news}
          <LobbyEncryption mode={mode} gaps={gaps} help={props.encryptionHelp} />
          <Button variant="primary" size="large" block isDisabled={!canJoin} onPress={join} data-testid="join">
            {joinLabel ??
              (camera || microphone || state.isOpening ? t("lobby.join") : t("lobby.joinWithout"))}
          </Button>
          {state.isOpening && <p className="lobby-hint">{t("lobby.opening")}</p>}
          {hasCheck && (
            <Button onPress={() => setChecking(true)} data-testid="check">
              {t("check:open")}
            </Button>
          )}
          {isChecking && <CheckDialog local={local} onClose={() => setChecking(false)} />}
          {foot}
        </div>
      </div>
    </main>
  );
}

function Preview({ track }: { track: MediaStreamTrack | undefined }) {
  const t = useTexts("room");
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = track ? new MediaStream([track]) : null;
  }, [track]);
  return (
    <div className="lobby-preview">
      <video
        ref={video}
        className="mirrored"
        autoPlay
        playsInline
        muted
        aria-label={t("lobby.preview")}
        hidden={!track}
        data-testid="preview"
      />
      {!track && <p>{t("lobby.noPreview")}</p>}
    </div>
  );
}

interface DeviceSelectProps {
  name: string;
  label: string;
  devices: readonly Device[];
  chosen: string | undefined;
  problem: DeviceProblem | undefined;
  onChoose(id: string | undefined): void;
}

const NONE = "none";
/** Stands for the only device while the browser does not tell its id. */
const ANY = "any";

function DeviceSelect({ name, label, devices, chosen, problem, onChoose }: DeviceSelectProps) {
  const t = useTexts("room");
  const id = `device-${name}`;
  return (
    <div className="device">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={chosen ?? NONE}
        data-testid={`select-${name}`}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onChange={(event) => {
          const { value } = event.target;
          onChoose(value === NONE ? undefined : value === ANY ? "" : value);
        }}
      >
        <option value={NONE}>{t("lobby.none")}</option>
        {devices.length === 0 && chosen === undefined && <option value={ANY}>{label}</option>}
        {chosen !== undefined && !devices.some((device) => device.id === chosen) && (
          <option value={chosen}>{label}</option>
        )}
        {devices.map((device, i) => (
          <option key={device.id} value={device.id}>
            {device.label || t("lobby.device", { n: i + 1 })}
          </option>
        ))}
      </select>
      {problem && (
        <p id={`${id}-problem`} className="device-problem" role="alert">
          {t(`problem.${problem}`)}
        </p>
      )}
    </div>
  );
}

function Level({ track }: { track: MediaStreamTrack }) {
  const t = useTexts("room");
  const [level, setLevel] = useState(0);
  useEffect(() => watchLevel(track, setLevel), [track]);
  return <meter className="level" min={0} max={1} value={level} aria-label={t("lobby.level")} data-testid="level" />;
}
