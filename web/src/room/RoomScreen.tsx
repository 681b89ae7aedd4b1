import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ConsultDetail, Me } from "../api/types";
import { useTexts } from "../i18n";
import type { EndReason } from "../rtc/machine";
import { sharedScreen } from "../rtc/slots";
import { Button } from "../ui";
import { useArrivals } from "./arrivals";
import type { StackView } from "../viewer/engine/stackView";
import { Viewer } from "../viewer/Viewer";
import { AnswerPanel } from "./AnswerPanel";
import { colorOf } from "./colors";
import { Controls } from "./Controls";
import { exposeDebug } from "./debug";
import { Header } from "./Header";
import { Roster } from "./Roster";
import type { RoomSession } from "./roomSession";
import { Tiles, Video, Voices } from "./Tiles";
import { useWakeLock } from "./wakeLock";

interface Props {
  session: RoomSession;
  detail: ConsultDetail;
  me: Me;
  onEnded(reason: EndReason): void;
}

type Panel = "none" | "people" | "answer";

/** The consultation: images largest, faces small, everything else one press away. */
export function RoomScreen({ session, detail, me, onEnded }: Props) {
  const t = useTexts("room");
  const { connection, local, view } = session;
  const state = useSyncExternalStore(connection.subscribe, connection.snapshot);
  const media = useSyncExternalStore(local.subscribe, local.snapshot);
  const [panel, setPanel] = useState<Panel>("none");
  const [resumeSound, setResumeSound] = useState<(() => void)[]>([]);
  const stack = useRef<StackView>(undefined);
  const news = useArrivals(state.roster, state.you);
  useWakeLock();

  useEffect(() => exposeDebug(session, () => stack.current), [session]);
  useEffect(() => {
    if (state.phase === "ended") onEnded(state.end ?? "left");
  }, [state.phase, state.end, onEnded]);

  const { summary, studies } = detail;
  const nameOf = (member: number) => state.roster.find(({ id }) => id === member)?.person.name ?? "–";
  const screen = sharedScreen(state.slots);
  const screenStream = screen && connection.stream(screen.mid);
  const [stage, setStage] = useStage(screenStream !== undefined);
  const toggle = (wanted: Panel) => setPanel(panel === wanted ? "none" : wanted);

  return (
    <div className={`room panel-${panel}`} data-testid="room" data-phase={state.phase}>
      <Header
        state={state}
        detail={detail}
        me={me}
        onAnswer={() => toggle("answer")}
        showsAnswer={panel === "answer"}
      />
      {resumeSound.length > 0 && (
        <p className="sound-blocked" role="alert">
          {t("soundBlocked")}{" "}
          <Button
            variant="primary"
            onPress={() => {
              for (const resume of resumeSound) resume();
              setResumeSound([]);
            }}
          >
            {t("soundOn")}
          </Button>
        </p>
      )}
      <p className="visually-hidden" role="status">
        {news}
      </p>
      <Tiles
        connection={connection}
        roster={state.roster}
        slots={state.slots}
        you={state.you}
        camera={media.tracks.camera}
        muted={media.muted || !media.tracks.microphone}
      />
      <main className="stage">
        {screen && screenStream && (
          <div className="stage-choice" role="group">
            <button type="button" aria-pressed={stage === "images"} onClick={() => setStage("images")}>
              {t("stage.images")}
            </button>
            <button
              type="button"
              aria-pressed={stage === "screen"}
              onClick={() => setStage("screen")}
              data-testid="stage-screen"
            >
              {t("stage.screen", { name: nameOf(screen.member) })}
            </button>
          </div>
        )}
        {screen && screenStream && stage === "screen" && (
          <div className="shared-screen" data-testid="shared-screen">
            <Video stream={screenStream} className="" label={t("stage.screen", { name: nameOf(screen.member) })} />
          </div>
        )}
        <div className="stage-images" hidden={stage === "screen" && screenStream !== undefined}>
          <Viewer
            consultId={summary.id}
            studies={studies}
            shared={view}
            nameOf={nameOf}
            colorOf={colorOf}
            onStack={(made) => {
              stack.current = made;
            }}
          />
        </div>
      </main>
      {panel === "people" && <Roster roster={state.roster} summary={summary} you={state.you} />}
      {panel === "answer" && <AnswerPanel detail={detail} onClose={() => setPanel("none")} />}
      <Controls
        local={local}
        state={media}
        showsPeople={panel === "people"}
        onPeople={() => toggle("people")}
        onLeave={() => session.leave()}
      />
      <Voices connection={connection} onBlocked={(resume) => setResumeSound((all) => [...all, resume])} />
    </div>
  );
}

/** What the stage shows: a shared screen comes to the front by itself, and goes by itself. */
function useStage(hasScreen: boolean): ["images" | "screen", (stage: "images" | "screen") => void] {
  const [stage, setStage] = useState<"images" | "screen">("images");
  useEffect(() => setStage(hasScreen ? "screen" : "images"), [hasScreen]);
  return [stage, setStage];
}
