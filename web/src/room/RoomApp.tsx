import { startTransition, useState } from "react";
import { api } from "../api/client";
import { useConsult, useLiveCache, useMe } from "../api/query";
import type { ConsultId } from "../api/types";
import type { EncryptionGap } from "../e2ee/encryption/support";
import { useTexts } from "../i18n";
import type { AskTicket } from "../rtc/connection";
import type { EndReason } from "../rtc/machine";
import { Button, ErrorView, LinkButton, Loading, PhoneLink } from "../ui";
import "./i18n";
import { Lobby } from "./Lobby";
import { phonesOfOther } from "./people";
import { comeBack } from "./resume";
import { RoomScreen } from "./RoomScreen";
import type { RoomSession } from "./roomSession";

/** `/room/{consult}`. */
export function consultOfPath(path: string): ConsultId | null {
  return /^\/room\/([0-9a-f-]{36})\/?$/i.exec(path)?.[1] ?? null;
}

/** `gaps`: what this browser lacks to encrypt. */
export function RoomApp({ gaps }: { gaps: readonly EncryptionGap[] }) {
  const t = useTexts("room");
  useLiveCache();
  const id = consultOfPath(location.pathname);
  const me = useMe();
  const consult = useConsult(id);
  const [session, setSession] = useState<RoomSession | undefined>(() =>
    id === null ? undefined : comeBack(id, "member", gaps, ticketOf(id)),
  );
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
    const phones = phonesOfOther(consult.data.summary, me.data.person, consult.data.fields?.callback_phone);
    return (
      <main className="room-message" data-testid="room-ended" data-reason={ended}>
        <h1>{t(`ended.${ended}`)}</h1>
        <div className="room-message-actions">
          {ended !== "consult_ended" && ended !== "forbidden" && ended !== "removed" && (
            <Button variant="primary" size="large" onPress={() => setEnded(undefined)} data-testid="join-again">
              {t("again")}
            </Button>
          )}
          <LinkButton href={me.data.home}>{t("toOverview")}</LinkButton>
          {phones.slice(0, 2).map((phone) => (
            <PhoneLink key={phone.number} number={phone.number} label={phone.name} />
          ))}
        </div>
      </main>
    );
  }
  if (!session)
    // In pieces: the messages of the room come in meanwhile, and are not kept waiting until all is drawn.
    return (
      <Lobby
        detail={consult.data}
        me={me.data}
        ticket={ticketOf(id)}
        gaps={gaps}
        onJoin={(made) => startTransition(() => setSession(made))}
      />
    );
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

function ticketOf(id: ConsultId): AskTicket {
  return (signal, device) => api.ticket(id, signal, device);
}
