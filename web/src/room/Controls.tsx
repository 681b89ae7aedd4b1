import { useEffect, type ReactNode } from "react";
import { useTexts } from "../i18n";
import { canShareScreen } from "../rtc/devices";
import type { LocalMedia, LocalState } from "../rtc/localMedia";
import { Icon, type IconName } from "../viewer/icons";

interface Props {
  local: LocalMedia;
  state: LocalState;
  /** Messages that have not been looked at. */
  unread: number;
  shows: "people" | "chat" | "other" | undefined;
  onPeople?: () => void;
  onChat(): void;
  onLeave(): void;
  /** What else there is, between the panels and the way out. */
  more?: ReactNode;
  /** Guests show nothing but themselves. */
  mayShare?: boolean;
}

/** Mute, camera, screen, people, chat, leave. Alt + M, K, B, C do the same from anywhere on the page. */
export function Controls({ local, state, unread, shows, onPeople, onChat, onLeave, more, mayShare = true }: Props) {
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
  const sharing = mayShare && canShareScreen();

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
      const act = { KeyM: toggleMic, KeyK: toggleCamera, KeyB: sharing ? toggleScreen : undefined, KeyC: onChat }[
        event.code
      ];
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
      {onPeople && (
        <Control icon="people" label={t("people")} testId="toggle-people" isOn={shows === "people"} onClick={onPeople} />
      )}
      <Control
        icon="chat"
        label={unread > 0 ? t("chat.unread", { count: unread }) : t("chat.title")}
        keys="Alt+C"
        testId="toggle-chat"
        isOn={shows === "chat"}
        badge={unread}
        onClick={onChat}
      />
      {more}
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
  /** A number on the button; the label says it too. */
  badge?: number;
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
  badge = 0,
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
      {badge > 0 && (
        <span className="control-badge" aria-hidden="true">
          {badge > 99 ? "99+" : badge}
        </span>
      )}
      <span className="control-name">{label}</span>
      {problem !== undefined && <span className="control-problem">{problem}</span>}
    </button>
  );
}
