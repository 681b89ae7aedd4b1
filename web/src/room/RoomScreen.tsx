import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ConsultDetail, Me } from "../api/types";
import { ClockPanel } from "../consult/ClockPanel";
import { ConsentDialog } from "../consult/ConsentDialog";
import { RoomRecord } from "../consult/RoomRecord";
import { useAnswered } from "../consult/Summons";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { DetachButton } from "../refer/Detach";
import "../refer/texts";
import type { EndReason } from "../rtc/machine";
import type { StackView } from "../viewer/engine/stackView";
import { PhoneLink } from "../ui";
import { useSoundByClick } from "../ui/useBell";
import { Viewer } from "../viewer/Viewer";
import { AnswerPanel } from "./AnswerPanel";
import { ChatPanel } from "./ChatPanel";
import { colorOf } from "./colors";
import { Controls } from "./Controls";
import { LiftEncryption } from "./encryption/LiftEncryption";
import { useRoomEncryption } from "./encryption/RoomEncryption";
import { Faces } from "./Faces";
import { GuestBanner } from "./GuestBanner";
import { Header } from "./Header";
import { InviteGuest } from "./InviteGuest";
import { MoreMenu, type MoreItem } from "./MoreMenu";
import { RoomNotes } from "./Notes";
import { Panel } from "./Panel";
import { phonesOfOther } from "./people";
import { PhoneDialog } from "./PhoneDialog";
import { ShownNote } from "./result/ShownNote";
import { useResults } from "./result/useResults";
import { RollCall } from "./RollCall";
import { Roster } from "./Roster";
import type { RoomSession } from "./roomSession";
import { saveCall } from "./saveJson";
import { SoundBlocked } from "./Sound";
import { Stage } from "./Stage";
import { Voices } from "./Tiles";
import { useFacesFirst } from "./useFacesFirst";
import { useKeyImages } from "./useKeyImages";
import { useRoom } from "./useRoom";

interface Props {
  session: RoomSession;
  detail: ConsultDetail;
  me: Me;
  onEnded(reason: EndReason): void;
}

type PanelName = "encryption" | "people" | "chat" | "times" | "record" | "answer";
type DialogName = "invite" | "roll" | "consent" | "phone";

/** The consultation: images largest, faces small, everything else one press away. */
export function RoomScreen({ session, detail, me, onEnded }: Props) {
  const t = useTexts("room");
  const { local, view, chat } = session;
  const [panel, setPanel] = useState<PanelName>();
  const [dialog, setDialog] = useState<DialogName>();
  const stack = useRef<StackView>(undefined);
  const room = useRoom(session, { showsChat: panel === "chat", stack: () => stack.current, onEnded });
  const { state, nameOf } = room;
  const times = useAct(detail.summary.id);
  const keyImages = useKeyImages(detail, me, stack, view);
  const results = useResults(session, detail);
  useSoundByClick();
  const isDrawn = useFacesFirst(state.everLive);

  const { summary, studies, actions, guests } = detail;
  // Whoever sends a guest out, here or on another page: it is told to the group, and the server's word is enough for that.
  useEffect(() => {
    for (const { id, state } of guests) if (state === "removed") session.withdraw(id);
  }, [guests, session]);
  useEffect(() => {
    const interpreters = summary.participants.filter(({ part }) => part === "interpreter");
    session.interpreters = new Set(interpreters.map(({ person }) => person.id));
  }, [summary.participants, session]);
  const mode = state.encryption ?? detail.encryption;
  const phones = phonesOfOther(summary, me.person, detail.fields?.callback_phone);
  useAnswered(me.person.id, useMemo(() => [summary], [summary]));
  // Interpreters talk and hear; they have no part in case and images, and faces are what they work with.
  const seesImages = detail.fields !== undefined && detail.fields !== null;
  const toggle = (wanted: PanelName) => setPanel(panel === wanted ? undefined : wanted);
  const close = useCallback(() => setPanel(undefined), []);
  const closeDialog = () => setDialog(undefined);
  const encryption = useRoomEncryption(session, room, {
    mode,
    you: me.person.id,
    isOpen: panel === "encryption",
    setOpen: (isOpen) => setPanel(isOpen ? "encryption" : undefined),
    phones: phones.slice(0, 2).map((phone) => <PhoneLink key={phone.number} number={phone.number} label={phone.name} />),
    lift: actions.includes("lift_encryption") && (
      <LiftEncryption consult={summary.id} onLifted={() => session.encryption.agreeToLift()} />
    ),
  });
  const pick = (item: MoreItem) => {
    if (item === "times" || item === "record") toggle(item);
    else if (item === "stats") saveCall(room.meter);
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
        encryption={encryption.chip}
      />
      <div className="room-notes">
        {encryption.notes}
        <SoundBlocked resume={room.stopped} onResumed={room.onResumed} />
        <GuestBanner
          consult={summary.id}
          guests={state.waitingGuests}
          canDecide={actions.includes("admit_guest") || actions.includes("remove_guest")}
          onAdmit={(guest) => session.admit(guest)}
        />
        {results.shown && panel !== "answer" && <ShownNote shown={results.shown} onLook={() => setPanel("answer")} />}
        <RoomNotes detail={detail} me={me} />
      </div>
      <Faces room={room} session={session} />
      <Stage screen={room.screen}>
        {seesImages && isDrawn && (
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
      {encryption.panel}
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
      {panel === "answer" && (
        <AnswerPanel detail={detail} keyImages={keyImages.source} results={results} onClose={close} />
      )}
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
        state={room.media}
        unread={room.unread}
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
      <Voices connection={room.connection} onBlocked={room.onBlocked} />
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
    "stats",
  ];
  return items.filter((item) => item !== false);
}
