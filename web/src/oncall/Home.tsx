import { useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { api } from "../api/client";
import { adopt, keys, useConsult, useConsults, useDuties, useServices } from "../api/query";
import type { Action, ConsultSummary, Duty, Me } from "../api/types";
import { useTexts } from "../i18n";
import { formatElapsed } from "../state/time";
import {
  Banner,
  Button,
  Elapsed,
  EmptyState,
  ErrorView,
  Eta,
  Instant,
  LinkButton,
  Loading,
  StateBadge,
  UrgencyBadge,
  useNow,
} from "../ui";
import { ringer } from "../ui/Ringer";
import { goTo } from "../ui/useHash";

export function Home({ me }: { me: Me }) {
  return (
    <div className="stack">
      <ArmCard />
      <Consults me={me} />
      <Duties />
    </div>
  );
}

/** Browsers keep a page silent until it was touched: arming is that touch, and a test of the sound. */
function ArmCard() {
  const t = useTexts("oncall");
  const isArmed = useSyncExternalStore(ringer.subscribe, ringer.isArmed);
  const [note, setNote] = useState<"testDone" | "blocked" | null>(null);
  const arm = async () => {
    const works = await ringer.arm();
    if (works) ringer.test();
    setNote(works ? "testDone" : "blocked");
  };
  if (isArmed) {
    return (
      <Banner tone="ok" title={t("arm.armed")} actions={<Button onPress={() => void arm()}>{t("arm.test")}</Button>}>
        {note === null ? t("arm.armedText") : t(`arm.${note}`)}
      </Banner>
    );
  }
  return (
    <section className="card stack arm" aria-labelledby="arm-title">
      <h2 id="arm-title">{t("arm.heading")}</h2>
      <p>{t("arm.text")}</p>
      <Button variant="primary" size="huge" block onPress={() => void arm()}>
        {t("arm.start")}
      </Button>
      <p className="muted small" role="status">
        {note === "blocked" ? t("arm.blocked") : t("arm.hint")}
      </p>
    </section>
  );
}

function Consults({ me }: { me: Me }) {
  const t = useTexts("oncall");
  const consults = useConsults();
  const list = consults.data ?? [];
  const promised = list.filter((consult) => consult.promised_by?.id === me.person.id && !consult.specialist);
  const mine = list.filter((consult) => consult.specialist?.id === me.person.id);
  const missed = list.filter(
    (consult) =>
      (consult.state === "ringing" || consult.state === "unanswered") &&
      !promised.includes(consult) &&
      !consult.ringing.some((person) => person.id === me.person.id),
  );
  return (
    <section className="stack" aria-labelledby="mine-title">
      {promised.map((consult) => (
        <PromiseCard key={consult.id} consult={consult} />
      ))}
      {missed.map((consult) => (
        <MissedCard key={consult.id} consult={consult} />
      ))}
      <h2 id="mine-title">{t("consults.heading")}</h2>
      {consults.isPending && <Loading />}
      {consults.isError && <ErrorView error={consults.error} onRetry={() => void consults.refetch()} />}
      {consults.data && mine.length === 0 && (
        <EmptyState title={t("consults.empty")}>{t("consults.emptyHint")}</EmptyState>
      )}
      <ul className="stack">
        {mine.map((consult) => (
          <li key={consult.id}>
            <ConsultCard consult={consult} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const HAS_ROOM: ReadonlySet<ConsultSummary["state"]> = new Set(["accepted", "in_session", "reporting"]);

function ConsultCard({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("oncall");
  const hasRoom = HAS_ROOM.has(consult.state);
  return (
    <article className="card stack">
      <div className="row spread">
        <div className="row">
          <UrgencyBadge urgency={consult.urgency} />
          <StateBadge state={consult.state} />
        </div>
        <span className="case-clock">
          <Elapsed since={consult.created_at} />
        </span>
      </div>
      <div>
        <strong className="case-hospital">{consult.hospital.name}</strong>
        <p className="muted">
          {consult.service.name} · {consult.label}
          {consult.eta && (
            <>
              {" · "}
              <Eta at={consult.eta} />
            </>
          )}
        </p>
      </div>
      <div className="case-buttons">
        {hasRoom && (
          <LinkButton variant="ok" size="large" href={`/room/${consult.id}`}>
            {t("consults.enter")}
          </LinkButton>
        )}
        <LinkButton size="large" href={`#/consult/${consult.id}`}>
          {t("consults.open")}
        </LinkButton>
      </div>
    </article>
  );
}

/** Answers that can be given outside of a ring. */
function useAnswer(consult: ConsultSummary) {
  const client = useQueryClient();
  const [pending, setPending] = useState<Action["type"] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const act = async (action: Action) => {
    setPending(action.type);
    setError(null);
    try {
      adopt(client, await api.act(consult.id, action));
      if (action.type === "accept") goTo(`#/consult/${consult.id}`);
    } catch (failure) {
      setError(failure);
      void client.invalidateQueries({ queryKey: keys.consults });
    } finally {
      setPending(null);
    }
  };
  return { act, pending, error };
}

/** "In 5 minutes" was said: how long is left, and the two ways to make it true or take it back. */
function PromiseCard({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("oncall");
  const now = useNow();
  const { act, pending, error } = useAnswer(consult);
  const until = consult.promised_until ?? now;
  return (
    <article className="card stack promise">
      <div className="row spread">
        <h2>{t("promise.heading")}</h2>
        <strong className="case-clock clock">
          {until > now ? t("promise.left", { time: formatElapsed(until - now) }) : t("promise.over")}
        </strong>
      </div>
      <p>
        {consult.hospital.name} · {consult.service.name}
      </p>
      {error !== null && <ErrorView error={error} />}
      <div className="case-buttons">
        <Button variant="ok" size="large" isPending={pending === "accept"} onPress={() => void act({ type: "accept" })}>
          {t("promise.accept")}
        </Button>
        <Button size="large" isPending={pending === "pass_on"} onPress={() => void act({ type: "pass_on" })}>
          {t("promise.passOn")}
        </Button>
      </div>
    </article>
  );
}

/** Rung in vain, and nobody has accepted yet: an accept still counts. */
function MissedCard({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("oncall");
  const detail = useConsult(consult.id);
  const { act, pending, error } = useAnswer(consult);
  if (!detail.data?.actions.includes("accept")) return null;
  return (
    <article className="card stack missed">
      <div className="row spread">
        <h2>{t("missed.heading")}</h2>
        <span className="case-clock">
          <Elapsed since={consult.created_at} />
        </span>
      </div>
      <p>
        <UrgencyBadge urgency={consult.urgency} /> {consult.hospital.name} · {consult.service.name}
      </p>
      {error !== null && <ErrorView error={error} />}
      <Button variant="ok" size="large" block isPending={pending === "accept"} onPress={() => void act({ type: "accept" })}>
        {t("missed.accept")}
      </Button>
    </article>
  );
}

function Duties() {
  const t = useTexts("oncall");
  const duties = useDuties();
  const services = useServices();
  const now = useNow();
  const name = (duty: Duty) => services.data?.find((service) => service.id === duty.service_id)?.name ?? t("duty.service");
  const current = (duties.data ?? []).filter((duty) => duty.from <= now && duty.until > now);
  const ahead = (duties.data ?? []).filter((duty) => duty.from > now).toSorted((a, b) => a.from - b.from).slice(0, 5);
  return (
    <section className="stack" aria-labelledby="duty-title">
      <h2 id="duty-title">{t("duty.heading")}</h2>
      {duties.isPending && <Loading />}
      {duties.isError && <ErrorView error={duties.error} onRetry={() => void duties.refetch()} />}
      {duties.data && (
        <div className="card">
          <h3 className="muted small">{t("duty.now")}</h3>
          {current.length === 0 && <p>{t("duty.none")}</p>}
          <ul>
            {current.map((duty) => (
              <li key={`${duty.service_id}${duty.from}${duty.level}`} className="duty is-now">
                <strong>{name(duty)}</strong>
                <span>
                  {t(`common:duty.${duty.level}`)} · {t("duty.until")} <Instant at={duty.until} />
                  {duty.is_override && ` · ${t("duty.override")}`}
                </span>
              </li>
            ))}
          </ul>
          <h3 className="muted small duty-next">{t("duty.next")}</h3>
          {ahead.length === 0 && <p className="muted">{t("duty.noneAhead")}</p>}
          <ul>
            {ahead.map((duty) => (
              <li key={`${duty.service_id}${duty.from}${duty.level}`} className="duty">
                <strong>{name(duty)}</strong>
                <span>
                  {t(`common:duty.${duty.level}`)} · <Instant at={duty.from} /> – <Instant at={duty.until} />
                  {duty.is_override && ` · ${t("duty.override")}`}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
