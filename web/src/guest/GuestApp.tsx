import { useEffect, useState } from "react";
import { guestApi } from "../api/guest";
import { asApiError } from "../api/problem";
import type { GuestView } from "../api/types";
import type { EncryptionGap } from "../e2ee/encryption/support";
import "../consult/texts";
import { useTexts } from "../i18n";
import type { AskTicket } from "../rtc/connection";
import type { EndReason } from "../rtc/machine";
import "../room/i18n";
import { DeviceLobby } from "../room/DeviceLobby";
import { isBlocked } from "../room/encryption/blocked";
import { comeBack } from "../room/resume";
import type { RoomSession } from "../room/roomSession";
import { takeToken } from "../state/fragment";
import { Button, ErrorView, Loading } from "../ui";
import { enter, hasOpened } from "./enter";
import { GuestRoom } from "./GuestRoom";
import { Message, Welcome } from "./Message";
import "./texts";

/** `/guest/#token`: the invitation, the devices, the door, the talk, its end. */
export function GuestApp({ gaps }: { gaps: readonly EncryptionGap[] }) {
  const t = useTexts("guest");
  const [token, setToken] = useState(takeOnce);
  const { view, setView, error, retry } = useView(token === undefined);
  const [opening, setOpening] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const open = async (secret: string) => {
    setOpening(true);
    setFailure(null);
    try {
      setView(await enter(secret));
      setToken(undefined);
    } catch (problem) {
      setFailure(problem);
    } finally {
      setOpening(false);
    }
  };

  if (token !== undefined) {
    const isUsed = asApiError(failure)?.code === "guest_link_used";
    if (isUsed) return <Message text={t("used")} testId="guest-used" />;
    return (
      <Welcome>
        <Button variant="primary" size="large" isPending={opening} onPress={() => void open(token)} data-testid="guest-open">
          {t("open")}
        </Button>
        {failure !== null && <ErrorView error={failure} />}
      </Welcome>
    );
  }
  if (view) return <Invited view={view} gaps={gaps} onView={setView} />;
  if (error === null) {
    return (
      <main className="room-message">
        <Loading />
      </main>
    );
  }
  if (asApiError(error)?.code === "not_signed_in") {
    if (hasOpened()) return <Message text={t("ended.signed_out")} testId="guest-ended" reason="signed_out" />;
    return <Message text={t("noLink")} testId="guest-no-link" />;
  }
  return (
    <main className="room-message">
      <ErrorView error={error} onRetry={retry} />
    </main>
  );
}

/** Between two looks whether the room was opened without encryption, in ms: for a guest whose browser cannot encrypt. More
 * keeps them waiting; less asks the server for nothing. */
const LOOK_AGAIN = 5000;

/** The token is taken out of the address once for each load of the page, however often React asks. */
let taken: { token: string | undefined } | undefined;
function takeOnce(): string | undefined {
  taken ??= { token: takeToken() };
  return taken.token;
}

/** Who this browser's cookie stands for. */
function useView(isWanted: boolean) {
  const [view, setView] = useState<GuestView>();
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const isMissing = isWanted && view === undefined;
  useEffect(() => {
    if (!isMissing) return;
    let isOver = false;
    setError(null);
    guestApi.view().then(
      (found) => !isOver && setView(found),
      (problem: unknown) => !isOver && setError(problem),
    );
    return () => {
      isOver = true;
    };
  }, [isMissing, turn]);
  return { view, setView, error, retry: () => setTurn(turn + 1) };
}

interface InvitedProps {
  view: GuestView;
  gaps: readonly EncryptionGap[];
  onView(view: GuestView): void;
}

function Invited({ view, gaps, onView }: InvitedProps) {
  const t = useTexts("guest");
  const ticket: AskTicket = (signal, device) => guestApi.ticket(view.csrf_token, signal, device);
  const cannotEncrypt = isBlocked(view.encryption, gaps);
  useEffect(() => {
    if (!cannotEncrypt) return;
    const timer = setInterval(() => void guestApi.view().then(onView, () => undefined), LOOK_AGAIN);
    return () => clearInterval(timer);
  }, [cannotEncrypt, onView]);
  const [session, setSession] = useState<RoomSession | undefined>(() =>
    view.is_over ? undefined : comeBack(view.consult_id, "guest", gaps, ticket),
  );
  const [ended, setEnded] = useState<EndReason | undefined>(view.is_over ? "consult_ended" : undefined);
  if (ended !== undefined) {
    const mayReturn = ended === "left" || ended === "joined_elsewhere" || ended === "room_full";
    return (
      <Message text={t(`ended.${ended}`)} testId="guest-ended" reason={ended}>
        {mayReturn && (
          <Button variant="primary" size="large" onPress={() => setEnded(undefined)} data-testid="join-again">
            {t("again")}
          </Button>
        )}
      </Message>
    );
  }
  if (session) {
    return (
      <GuestRoom
        session={session}
        view={view}
        onEnded={(reason) => {
          setSession(undefined);
          setEnded(reason);
        }}
      />
    );
  }
  return (
    <DeviceLobby
      consult={view.consult_id}
      of="guest"
      ticket={ticket}
      gaps={gaps}
      mode={view.encryption}
      encryptionHelp={<p>{t("room:encryption.lobby.askHost", { name: view.host.name })}</p>}
      heading={t("title")}
      about={t("hostAbout", { name: view.host.name, hospital: view.host.hospital })}
      news={
        <div className="lobby-people">
          <p>{t("asWhat", { part: t(`consult:room.guestPart.${view.part}`) })}</p>
          <p className="lobby-hint">{t("doorAhead")}</p>
        </div>
      }
      canJoin
      joinLabel={t("joinAs", { name: view.name })}
      onJoin={setSession}
    />
  );
}
