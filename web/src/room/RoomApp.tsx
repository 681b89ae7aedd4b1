import { useState } from "react";
import { useConsult, useLiveCache, useMe } from "../api/query";
import type { ConsultId } from "../api/types";
import { useTexts } from "../i18n";
import type { EndReason } from "../rtc/machine";
import { LocalMedia } from "../rtc/localMedia";
import { Button, ErrorView, LinkButton, Loading, PhoneLink } from "../ui";
import "./i18n";
import { Lobby } from "./Lobby";
import { phoneOfOther } from "./people";
import { RoomScreen } from "./RoomScreen";
import { RoomSession } from "./roomSession";
import { interruptedStay } from "./stay";

/** `/room/{consult}`. */
export function consultOfPath(path: string): ConsultId | null {
  return /^\/room\/([0-9a-f-]{36})\/?$/i.exec(path)?.[1] ?? null;
}

export function RoomApp() {
  const t = useTexts("room");
  useLiveCache();
  const id = consultOfPath(location.pathname);
  const me = useMe();
  const consult = useConsult(id);
  const [session, setSession] = useState<RoomSession | undefined>(() => (id === null ? undefined : comeBack(id)));
  const [ended, setEnded] = useState<EndReason>();

  if (id === null) {
    return (
      <main className="room-message">
        <p>{t("noConsult")}</p>
        <LinkButton href="/">{t("toOverview")}</LinkButton>
      </main>
    );
  }
  if (!me.data || !consult.data) {
    const error = me.error ?? consult.error;
    return (
      <main className="room-message">
        {error ? (
          <ErrorView error={error} onRetry={() => void (me.error ? me.refetch() : consult.refetch())} />
        ) : (
          <Loading />
        )}
      </main>
    );
  }
  if (ended !== undefined) {
    const phone = phoneOfOther(consult.data.summary, me.data.person.id);
    return (
      <main className="room-message" data-testid="room-ended" data-reason={ended}>
        <h1>{t(`ended.${ended}`)}</h1>
        <div className="room-message-actions">
          {ended !== "consult_ended" && ended !== "forbidden" && (
            <Button variant="primary" size="large" onPress={() => setEnded(undefined)} data-testid="join-again">
              {t("again")}
            </Button>
          )}
          <LinkButton href={me.data.home}>{t("toOverview")}</LinkButton>
          <PhoneLink number={phone.number} label={phone.name} />
        </div>
      </main>
    );
  }
  if (!session)
    return <Lobby detail={consult.data} me={me.data} onJoin={(local) => setSession(new RoomSession(id, local))} />;
  return (
    <RoomScreen
      session={session}
      detail={consult.data}
      me={me.data}
      onEnded={(reason) => {
        setSession(undefined);
        setEnded(reason);
      }}
    />
  );
}

/** At most one for each load of the page, however often React asks. */
let resumed: RoomSession | undefined;

/** After a reload: straight back into the room, with the same devices. */
function comeBack(id: ConsultId): RoomSession | undefined {
  const stay = interruptedStay(id);
  if (!stay || resumed) return resumed;
  const local = new LocalMedia();
  local.setMuted(stay.muted);
  void local.open(stay.devices);
  resumed = new RoomSession(id, local);
  return resumed;
}
