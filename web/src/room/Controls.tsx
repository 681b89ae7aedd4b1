import { useEffect } from "react";
import { useTexts } from "../i18n";
import { canShareScreen } from "../rtc/devices";
import type { LocalMedia, LocalState } from "../rtc/localMedia";
import { Icon, type IconName } from "../viewer/icons";

interface Props {
  local: LocalMedia;
  state: LocalState;
  onPeople(): void;
  showsPeople: boolean;
  onLeave(): void;
}

/** Mute, camera, screen, people, leave. Alt + M, K, B do the same from anywhere on the page. */
export function Controls({ local, state, onPeople, showsPeople, onLeave }: Props) {
  const t = useTexts("room");
  const { microphone, camera, screen } = state.tracks;
  const isAudible = microphone !== undefined && !state.muted;
  const toggleMic = () => {
    if (microphone) return local.setMuted(!state.muted);
    local.setMuted(false);
    void local.openMicrophone();
  };
  const toggleCamera = () => (camera ? local.closeCamera() : void local.openCamera());
  const toggleScreen = () => (screen ? local.stopScreen() : void local.shareScreen());
  const sharing = canShareScreen();

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
      const act = { KeyM: toggleMic, KeyK: toggleCamera, KeyB: sharing ? toggleScreen : undefined }[event.code];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });

  return (
    <div className="controls" role="toolbar" aria-label={t("controls")}>
      <Control
        icon={isAudible ? "mic" : "micOff"}
        label={isAudible ? t("mute") : t("unmute")}
        keys="Alt+M"
        testId="toggle-mic"
        isOff={!isAudible}
        problem={state.microphoneProblem && t(`problem.${state.microphoneProblem}`)}
        onClick={toggleMic}
      />
      <Control
        icon={camera ? "camera" : "cameraOff"}
        label={camera ? t("cameraOff") : t("cameraOn")}
        keys="Alt+K"
        testId="toggle-camera"
        isOff={!camera}
        problem={state.cameraProblem && t(`problem.${state.cameraProblem}`)}
        onClick={toggleCamera}
      />
      {sharing && (
        <Control
          icon="screen"
          label={screen ? t("unshare") : t("share")}
          keys="Alt+B"
          testId="toggle-screen"
          isOn={screen !== undefined}
          onClick={toggleScreen}
        />
      )}
      <Control icon="people" label={t("people")} testId="toggle-people" isOn={showsPeople} onClick={onPeople} />
      <Control icon="leave" label={t("leave")} testId="leave" isDanger onClick={onLeave} />
    </div>
  );
}

interface ControlProps {
  icon: IconName;
  label: string;
  testId: string;
  keys?: string;
  isOff?: boolean;
  isOn?: boolean;
  isDanger?: boolean;
  problem?: string | undefined;
  onClick(): void;
}

function Control({
  icon,
  label,
  testId,
  keys,
  isOff = false,
  isOn = false,
  isDanger = false,
  problem,
  onClick,
}: ControlProps) {
  return (
    <button
      type="button"
      className={`control${isOff ? " control-off" : ""}${isOn ? " control-on" : ""}${isDanger ? " control-danger" : ""}`}
      aria-keyshortcuts={keys}
      title={[label, keys && `(${keys})`, problem].filter(Boolean).join(" ")}
      data-testid={testId}
      data-off={isOff}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span className="control-name">{label}</span>
      {problem !== undefined && <span className="control-problem">{problem}</span>}
    </button>
  );
}
