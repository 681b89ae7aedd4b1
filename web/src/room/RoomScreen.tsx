import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ConsultDetail, Me } from "../api/types";
import { ClockPanel } from "../consult/ClockPanel";
import { ConsentDialog } from "../consult/ConsentDialog";
import { RoomRecord } from "../consult/RoomRecord";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { DetachButton } from "../refer/Detach";
import "../refer/texts";
import type { EndReason } from "../rtc/machine";
import { sharedScreen } from "../rtc/slots";
import type { StackView } from "../viewer/engine/stackView";
import { useSoundByClick } from "../ui/useBell";
import { Viewer } from "../viewer/Viewer";
import { AnswerPanel } from "./AnswerPanel";
import { useArrivals } from "./arrivals";
import { ChatPanel } from "./ChatPanel";
import { colorOf } from "./colors";
import { Controls } from "./Controls";
import { exposeDebug } from "./debug";
import { GuestBanner } from "./GuestBanner";
import { Header } from "./Header";
import { InviteGuest } from "./InviteGuest";
import { MoreMenu, type MoreItem } from "./MoreMenu";
import { RoomNotes } from "./Notes";
import { Panel } from "./Panel";
import { PhoneDialog } from "./PhoneDialog";
import { RollCall } from "./RollCall";
import { Roster } from "./Roster";
import type { RoomSession } from "./roomSession";
import { SoundBlocked } from "./Sound";
import { Stage } from "./Stage";
import { Tiles, Voices } from "./Tiles";
import { useChatNews } from "./chatNews";
import { useKeyImages } from "./useKeyImages";
import { useWakeLock } from "./wakeLock";

interface Props {
  session: RoomSession;
  detail: ConsultDetail;
  me: Me;
  onEnded(reason: EndReason): void;
}

type PanelName = "people" | "chat" | "times" | "record" | "answer";
type DialogName = "invite" | "roll" | "consent" | "phone";

/** The consultation: images largest, faces small, everything else one press away. */
export function RoomScreen({ session, detail, me, onEnded }: Props) {
  const t = useTexts("room");
  const { connection, local, view, chat } = session;
  const state = useSyncExternalStore(connection.subscribe, connection.snapshot);
  const media = useSyncExternalStore(local.subscribe, local.snapshot);
  const { unread } = useSyncExternalStore(chat.subscribe, chat.snapshot);
  const [panel, setPanel] = useState<PanelName>();
  const [dialog, setDialog] = useState<DialogName>();
  const [resumeSound, setResumeSound] = useState<(() => void)[]>([]);
  const stack = useRef<StackView>(undefined);
  const times = useAct(detail.summary.id);
  const arrivals = useArrivals(state.roster, state.you);
  const chatNews = useChatNews(chat, panel === "chat");
  const keyImages = useKeyImages(detail, me, stack, view);
  useWakeLock();
  useSoundByClick();

  useEffect(() => exposeDebug(session, () => stack.current), [session]);
  useEffect(() => {
    if (state.phase === "ended") onEnded(state.end ?? "left");
  }, [state.phase, state.end, onEnded]);

  const { summary, studies, actions } = detail;
  // Interpreters talk and hear; they have no part in case and images, and faces are what they work with.
  const seesImages = detail.fields !== undefined && detail.fields !== null;
  const nameOf = (member: number) => state.roster.find(({ id }) => id === member)?.person.name ?? "–";
  const screen = sharedScreen(state.slots);
  const screenStream = screen && connection.stream(screen.mid);
  const toggle = (wanted: PanelName) => setPanel(panel === wanted ? undefined : wanted);
  const close = useCallback(() => setPanel(undefined), []);
  const closeDialog = () => setDialog(undefined);
  const pick = (item: MoreItem) => {
    if (item === "times" || item === "record") toggle(item);
    else setDialog(item);
  };

  return (
    <div
      className={`room${panel ? " has-panel" : ""}${seesImages ? "" : " room-faces"}`}
      data-testid="room"
      data-phase={state.phase}
    >
      <Header
        state={state}
        detail={detail}
        me={me}
        onReport={() => toggle("answer")}
        showsReport={panel === "answer"}
        onTimes={() => toggle("times")}
        showsTimes={panel === "times"}
      />
      <div className="room-notes">
        <SoundBlocked resume={resumeSound} onResumed={() => setResumeSound([])} />
        <GuestBanner
          consult={summary.id}
          guests={state.waitingGuests}
          canDecide={actions.includes("admit_guest") || actions.includes("remove_guest")}
        />
        <RoomNotes detail={detail} me={me} />
      </div>
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
      />
      <Stage screen={screen && screenStream ? { stream: screenStream, name: nameOf(screen.member) } : undefined}>
        {seesImages && (
          <Viewer
            consultId={summary.id}
            studies={studies}
            shared={view}
            nameOf={nameOf}
            colorOf={colorOf}
            onStack={(made) => {
              stack.current = made;
            }}
            onKeyImage={keyImages.add}
            actionsOf={
              actions.includes("detach_study") ? (study) => <DetachButton detail={detail} study={study} /> : undefined
            }
          />
        )}
      </Stage>
      {panel === "people" && (
        <Roster
          roster={state.roster}
          detail={detail}
          you={state.you}
          onInvite={() => setDialog("invite")}
          onClose={close}
        />
      )}
      {panel === "chat" && <ChatPanel chat={chat} isLive={state.phase === "live"} onClose={close} />}
      {panel === "answer" && <AnswerPanel detail={detail} keyImages={keyImages.source} onClose={close} />}
      {panel === "times" && (
        <Panel title={t("times")} testId="times-panel" onClose={close}>
          <ClockPanel detail={detail} work={times} />
        </Panel>
      )}
      {panel === "record" && (
        <Panel title={t("more.record")} testId="record-panel" onClose={close}>
          <RoomRecord detail={detail} />
        </Panel>
      )}
      <Controls
        local={local}
        state={media}
        unread={unread}
        shows={panel === "people" || panel === "chat" ? panel : panel && "other"}
        onPeople={() => toggle("people")}
        onChat={() => toggle("chat")}
        onLeave={() => session.leave()}
        more={<MoreMenu items={itemsFor(detail, me)} onPick={pick} />}
      />
      {dialog === "invite" && <InviteGuest consult={summary.id} onClose={closeDialog} />}
      {dialog === "roll" && <RollCall detail={detail} roster={state.roster} onClose={closeDialog} />}
      {dialog === "consent" && <ConsentDialog detail={detail} onClose={closeDialog} />}
      {dialog === "phone" && <PhoneDialog consult={summary.id} onClose={closeDialog} />}
      <Voices connection={connection} onBlocked={(resume) => setResumeSound((all) => [...all, resume])} />
    </div>
  );
}

/** What this person may do now. Whoever is on the telephone already needs no way there. */
function itemsFor(detail: ConsultDetail, me: Me): MoreItem[] {
  const { actions } = detail;
  const items: (MoreItem | false)[] = [
    actions.includes("roll_call") && "roll",
    actions.includes("record_consent") && "consent",
    actions.includes("invite_guest") && "invite",
    detail.clock !== undefined && detail.clock !== null && "times",
    (detail.roll_call || detail.consent || detail.guests.length > 0) && "record",
    (me.only_consult === undefined || me.only_consult === null) && "phone",
  ];
  return items.filter((item) => item !== false);
}
