import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, forgetSession } from "../api/client";
import { keys, useSessions } from "../api/query";
import type { SessionInfo } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatInstant } from "../state/time";
import { Button } from "../ui/Button";
import { ErrorView, Loading } from "../ui/Feedback";
import { useNow } from "../ui/useNow";

/** Every browser that is signed in as this person; each can be signed out from here. */
export function Sessions() {
  const t = useTexts("account");
  const client = useQueryClient();
  const sessions = useSessions();
  const [pending, setPending] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const end = async (session: SessionInfo) => {
    setPending(session.id);
    setError(null);
    try {
      await api.endSession(session.id);
      if (session.is_current) {
        forgetSession();
        location.assign("/login");
        return;
      }
      await client.invalidateQueries({ queryKey: keys.sessions });
    } catch (failure) {
      setError(failure);
    }
    setPending(null);
  };
  return (
    <section className="stack" aria-labelledby="sessions-title">
      <h3 id="sessions-title">{t("sessions.heading")}</h3>
      {sessions.isPending && <Loading />}
      {sessions.isError && <ErrorView error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {error !== null && <ErrorView error={error} />}
      <ul className="sessions">
        {sessions.data?.map((session) => (
          <li key={session.id} className="session">
            <Line session={session} isPending={pending === session.id} onEnd={() => void end(session)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ session, isPending, onEnd }: { session: SessionInfo; isPending: boolean; onEnd: () => void }) {
  const t = useTexts("account");
  const now = useNow();
  const locale = localeOf(useLanguage());
  const time = (at: number) => formatInstant(at, now, locale);
  return (
    <>
      <span className="session-what">
        <strong>{t("sessions.since", { time: time(session.created_at) })}</strong>
        {session.is_current && <span className="badge state-good">{t("sessions.current")}</span>}
        {session.only_consult && <span className="badge">{t("sessions.phone")}</span>}
        <span className="muted small">
          {t("sessions.lastSeen", { time: time(session.last_seen_at) })} · {t("sessions.until", { time: time(session.expires_at) })}
        </span>
      </span>
      <Button
        isPending={isPending}
        aria-label={t("sessions.endFor", { time: time(session.created_at) })}
        onPress={onEnd}
      >
        {t("sessions.end")}
      </Button>
    </>
  );
}
