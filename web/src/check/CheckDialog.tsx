import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Bars, Way } from "../quality/QualityMark";
import "../room/i18n";
import type { DeviceProblem } from "../rtc/devices";
import { watchLevel } from "../rtc/level";
import type { LocalMedia } from "../rtc/localMedia";
import { Button, Dialog } from "../ui";
import { ringer } from "../ui/Ringer";
import { tryPath, type Progress } from "./pathTest";
import "./texts";
import { HEARD_FROM, verdictOf, type Measured, type PathResult, type Tried } from "./verdict";

/** How long nobody may be heard until the microphone counts as silent, in ms. More makes people wait for bad news; less
 * blames the microphone of somebody who is still reading. */
const SILENT_AFTER = 10_000;

/** What was tried so far. */
export interface TriedAll {
  readonly camera: Tried;
  readonly microphone: Tried;
  readonly speaker: Tried;
  readonly path: PathResult | undefined;
}

interface CheckDialogProps {
  local: LocalMedia;
  title?: string;
  /** What else is tried, above the rest. */
  before?: ReactNode;
  onTried?: (tried: TriedAll) => void;
  onClose(): void;
}

/** Tries everything that a talk needs. `local` stays its owner's. */
export function CheckDialog({ local, title, before, onTried, onClose }: CheckDialogProps) {
  const t = useTexts("check");
  const state = useSyncExternalStore(local.subscribe, local.snapshot);
  const [microphone, setMicrophone] = useState<Tried>();
  const [speaker, setSpeaker] = useState<Tried>();
  const [path, setPath] = useState<PathResult>();
  const { tracks, isOpening, cameraProblem, microphoneProblem } = state;
  const triedCamera = tried(tracks.camera, cameraProblem, isOpening) ?? (tracks.camera && "ok");
  const triedMicrophone = tried(tracks.microphone, microphoneProblem, isOpening) ?? microphone;
  const tell = useRef(onTried);
  tell.current = onTried;
  useEffect(() => {
    tell.current?.({ camera: triedCamera, microphone: triedMicrophone, speaker, path });
  }, [triedCamera, triedMicrophone, speaker, path]);
  const verdict = verdictOf({ camera: triedCamera, microphone: triedMicrophone, speaker, path });
  return (
    <Dialog title={title ?? t("title")} isOpen onClose={onClose}>
      <div className="check-all" data-testid="check-dialog">
        {before}
        <Item name={t("camera")} result={triedCamera}>
          {tracks.camera ? (
            <Picture stream={tracks.camera} label={t("camera")} isMirrored />
          ) : (
            !isOpening && <Button onPress={() => void local.openCamera()}>{t("turnOn")}</Button>
          )}
        </Item>
        <Item name={t("microphone")} result={triedMicrophone}>
          {tracks.microphone ? (
            <Microphone track={tracks.microphone} result={microphone} onResult={setMicrophone} />
          ) : (
            !isOpening && <Button onPress={() => void local.openMicrophone()}>{t("turnOn")}</Button>
          )}
        </Item>
        <Item name={t("speaker")} result={speaker}>
          <Speaker onResult={setSpeaker} />
        </Item>
        <Item name={t("path")} result={undefined}>
          {!isOpening && <PathCheck track={tracks.camera} result={path} onResult={setPath} />}
        </Item>
        <div className="check-verdict" role="status" data-testid="check-verdict" data-level={verdict.level ?? "open"}>
          <p>
            {verdict.level && <Bars level={verdict.level} />} <strong>{t(`verdict.${verdict.level ?? "open"}`)}</strong>
          </p>
          {verdict.advice.length > 0 && (
            <ul>
              {verdict.advice.map((advice) => (
                <li key={advice}>{t(`advice.${advice}`)}</li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function tried(track: MediaStreamTrack | undefined, problem: DeviceProblem | undefined, isOpening: boolean): Tried {
  if (track) return undefined;
  return problem ?? (isOpening ? undefined : "off");
}

function Item({ name, result, children }: { name: string; result: Tried; children: ReactNode }) {
  const t = useTexts("check");
  const words = result === "ok" || result === "off" || result === "silent" ? t(result) : result && t(`room:problem.${result}`);
  return (
    <section className="check-item">
      <h3>
        {name}
        {words !== undefined && <span className={`check-result${result === "ok" || result === "off" ? "" : " is-bad"}`}>{words}</span>}
      </h3>
      {children}
    </section>
  );
}

function Picture({ stream, label, isMirrored = false }: { stream: MediaStream | MediaStreamTrack; label: string; isMirrored?: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream instanceof MediaStream ? stream : new MediaStream([stream]);
  }, [stream]);
  return <video ref={video} className={isMirrored ? "mirrored" : ""} autoPlay playsInline muted aria-label={label} />;
}

function Microphone({ track, result, onResult }: { track: MediaStreamTrack; result: Tried; onResult(result: Tried): void }) {
  const t = useTexts("check");
  const [level, setLevel] = useState(0);
  const tell = useRef(onResult);
  tell.current = onResult;
  useEffect(() => {
    tell.current(undefined);
    const silent = setTimeout(() => tell.current("silent"), SILENT_AFTER);
    const stop = watchLevel(track, (now) => {
      setLevel(now);
      if (now < HEARD_FROM) return;
      clearTimeout(silent);
      tell.current("ok");
    });
    return () => {
      clearTimeout(silent);
      stop();
    };
  }, [track]);
  return (
    <>
      <meter className="level" min={0} max={1} value={level} aria-label={t("room:lobby.level")} />
      <p>{result === "ok" ? t("heard") : result === "silent" ? t("silent") : t("speak")}</p>
    </>
  );
}

function Speaker({ onResult }: { onResult(result: Tried): void }) {
  const t = useTexts("check");
  const [state, setState] = useState<"idle" | "asked" | "blocked">("idle");
  const play = async () => {
    const works = await ringer.arm();
    if (works) ringer.once("elective");
    setState(works ? "asked" : "blocked");
  };
  return (
    <>
      <div className="check-buttons">
        <Button onPress={() => void play()} data-testid="check-tone">
          {t("play")}
        </Button>
        {state === "asked" && (
          <>
            <Button variant="primary" onPress={() => onResult("ok")} data-testid="check-heard">
              {t("didHear")}
            </Button>
            <Button onPress={() => onResult("silent")}>{t("didNotHear")}</Button>
          </>
        )}
      </div>
      <p role="status">{state === "asked" ? t("playing") : state === "blocked" ? t("soundBlocked") : ""}</p>
    </>
  );
}

interface PathCheckProps {
  track: MediaStreamTrack | undefined;
  result: PathResult | undefined;
  onResult(result: PathResult | undefined): void;
}

function PathCheck({ track, result, onResult }: PathCheckProps) {
  const t = useTexts("check");
  const [run, setRun] = useState(0);
  const [progress, setProgress] = useState<Progress>({ done: 0, picture: undefined });
  // A camera that is turned on later does not start it anew.
  const picture = useRef(track);
  picture.current = track;
  const tell = useRef(onResult);
  tell.current = onResult;
  useEffect(() => {
    const abort = new AbortController();
    tell.current(undefined);
    tryPath(picture.current, abort.signal, (now) => !abort.signal.aborted && setProgress(now)).then(
      (found) => !abort.signal.aborted && tell.current(found),
      () => !abort.signal.aborted && tell.current({ state: "unavailable" }),
    );
    return () => abort.abort();
  }, [run]);
  if (!result) {
    return (
      <>
        <p>{t("measuring")}</p>
        <progress max={1} value={progress.done} aria-label={t("path")} />
        {progress.picture && <Picture stream={progress.picture} label={t("echo")} />}
      </>
    );
  }
  return (
    <>
      {result.state === "measured" ? <Numbers measured={result.measured} /> : <p>{t(`state.${result.state}`)}</p>}
      <Button
        onPress={() => {
          setProgress({ done: 0, picture: undefined });
          setRun(run + 1);
        }}
        data-testid="check-again"
      >
        {t("again")}
      </Button>
    </>
  );
}

function Numbers({ measured }: { measured: Measured }) {
  const t = useTexts("check");
  const { path, rtt, lossUp, lossDown, jitter, up, down, hasPicture } = measured;
  const decimal = new Intl.NumberFormat(localeOf(useLanguage()), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = (share: number | undefined) => (share === undefined ? "–" : decimal.format(100 * share));
  const mega = (rate: number) => decimal.format(rate / 1e6);
  return (
    <div className="check-numbers" data-testid="check-numbers">
      {path && <Way path={{ ...path, rtt }} />}
      <p>{hasPicture ? t("back") : t("notBack")}</p>
      {up !== undefined && <p>{t("up", { rate: mega(up) })}</p>}
      <p>{t("down", { rate: mega(down) })}</p>
      <p>{t("loss", { up: percent(lossUp), down: percent(lossDown) })}</p>
      {jitter !== undefined && <p>{t("jitter", { ms: jitter })}</p>}
    </div>
  );
}
