import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { adminApi } from "../api/admin";
import type { SessionInfo } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Dialog, EmptyState, ErrorView, Field, Instant, Loading } from "../ui";
import { ListEnd } from "./ListEnd";
import { adminKeys, matches, SHOWN } from "./directory";

/** Sessions come and go without an event. More shows people who have left; less is load for nothing. */
const POLL_MS = 30_000;

export function Sessions() {
  const t = useTexts("admin");
  const sessions = useQuery({ queryKey: adminKeys.sessions, queryFn: adminApi.sessions, refetchInterval: POLL_MS });
  const [search, setSearch] = useState("");
  const [asked, setAsked] = useState<SessionInfo | null>(null);
  const found = (sessions.data ?? [])
    .filter((session) => matches(search, [session.person.name, session.person.hospital]))
    .sort((a, b) => b.last_seen_at - a.last_seen_at);
  return (
    <section className="stack" aria-labelledby="sessions-title">
      <div>
        <h1 id="sessions-title">{t("sessions.heading")}</h1>
        <p className="muted">{t("sessions.intro")}</p>
      </div>
      {sessions.isPending && <Loading />}
      {sessions.isError && <ErrorView error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {sessions.data?.length === 0 && <EmptyState title={t("sessions.empty")} />}
      {sessions.data !== undefined && sessions.data.length > 0 && (
        <>
          <div className="search">
            <Field label={t("search")} description={t("sessions.searchHint")} value={search} onChange={setSearch} />
          </div>
          <ul className="records">
            {found.slice(0, SHOWN).map((session) => (
              <SessionRecord key={session.id} session={session} onRevoke={() => setAsked(session)} />
            ))}
          </ul>
          <ListEnd found={found.length} />
        </>
      )}
      {asked !== null && <RevokeDialog session={asked} onClose={() => setAsked(null)} />}
    </section>
  );
}

function SessionRecord({ session, onRevoke }: { session: SessionInfo; onRevoke: () => void }) {
  const t = useTexts("admin");
  return (
    <li className="record">
      <div className="record-text">
        <span className="record-name">{session.person.name}</span>
        <span className="muted small">{session.person.hospital}</span>
        <span className="muted small">
          {t("sessions.since")} <Instant at={session.created_at} /> · {t("sessions.seen")} <Instant at={session.last_seen_at} /> ·{" "}
          {t("sessions.until")} <Instant at={session.expires_at} />
        </span>
        {(session.is_current || session.only_consult) && (
          <span className="record-badges">
            {session.is_current && <span className="badge is-good">{t("sessions.current")}</span>}
            {session.only_consult && <span className="badge is-plain">{t("sessions.phone")}</span>}
          </span>
        )}
      </div>
      <Button aria-label={t("sessions.revokeOf", { name: session.person.name })} onPress={onRevoke}>
        {t("sessions.revoke")}
      </Button>
    </li>
  );
}

function RevokeDialog({ session, onClose }: { session: SessionInfo; onClose: () => void }) {
  const t = useTexts("admin");
  const client = useQueryClient();
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const revoke = async () => {
    setPending(true);
    setError(null);
    try {
      await adminApi.endSession(session.id);
      await client.invalidateQueries({ queryKey: adminKeys.sessions });
      onClose();
    } catch (failure) {
      setError(failure);
      setPending(false);
    }
  };
  return (
    <Dialog
      title={t("sessions.revokeTitle", { name: session.person.name })}
      isOpen
      onClose={onClose}
      role="alertdialog"
      actions={
        <>
          <Button onPress={onClose}>{t("sessions.keep")}</Button>
          <Button variant="danger" isPending={isPending} onPress={() => void revoke()}>
            {t("sessions.confirm")}
          </Button>
        </>
      }
    >
      <p>{session.is_current ? t("sessions.revokeOwn") : t("sessions.revokeText")}</p>
      {error !== null && <ErrorView error={error} />}
    </Dialog>
  );
}
