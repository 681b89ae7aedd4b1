import { useEffect, useState } from "react";
import { lastContact } from "../api/contact";
import { useBoard, useLiveCache } from "../api/query";
import type { ConsultSummary } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { isLoud } from "../state/board";
import { formatElapsed, formatSecond } from "../state/time";
import { Button, EmptyState, ErrorView, LinkButton, Loading, useNow } from "../ui";
import { WallRow } from "./WallRow";
import { pageOf, rowsOf, STALE_MS } from "./status";
import { useSelfTests } from "./useSelfTests";
import "./texts";
import "./wall.css";

/** Height of a row and of all that is not rows, in units of the wall's own letter size. */
const ROW_EM = 6.6;
const REST_EM = 7.4;

/** The board on a wall: read from three metres, touched by nobody. */
export function Wall() {
  const t = useTexts("wall");
  const board = useBoard();
  const tests = useSelfTests();
  const now = useNow();
  const locale = localeOf(useLanguage());
  const fit = useRowsThatFit();
  useLiveCache();
  const ago = contactAge();
  const isStale = ago !== null && ago > STALE_MS;
  const rows = board.data ? rowsOf({ services: board.data.services, consults: board.data.consults, tests: tests.data ?? null, now }) : [];
  const { rows: shown, page, pages } = pageOf(rows, fit, now);
  return (
    <main className={`wall${isStale ? " is-stale" : ""}`} data-testid="wall">
      <header className="wall-head">
        <h1>{t("title")}</h1>
        <div className="wall-tools">
          <LinkButton href="#/" variant="quiet">
            {t("leave")}
          </LinkButton>
          <Button variant="quiet" onPress={() => void document.documentElement.requestFullscreen?.()}>
            {t("full")}
          </Button>
        </div>
        {pages > 1 && <span className="wall-page">{t("page", { page: page + 1, pages })}</span>}
        {ago !== null && (
          // Not read out every second.
          <span className="wall-contact" aria-live="off" data-testid="wall-contact">
            {t("contact", { time: duration(ago) })}
          </span>
        )}
        <time className="wall-now" dateTime={new Date(now).toISOString()}>
          {formatSecond(now, locale)}
        </time>
      </header>
      {isStale && (
        <div className="wall-stale" role="alert">
          <strong>{t("stale")}</strong> {t("staleHint", { time: duration(ago) })}
        </div>
      )}
      {board.isPending && <Loading />}
      {board.isError && board.data === undefined && <ErrorView error={board.error} onRetry={() => void board.refetch()} />}
      {board.data && <WallAlarms consults={board.data.consults} />}
      {board.data && rows.length === 0 && <EmptyState title={t("empty")} />}
      {rows.length > 0 && (
        <ul className="wall-rows" aria-label={t("service")}>
          {shown.map((row) => (
            <WallRow key={row.entry.service.id} row={row} />
          ))}
        </ul>
      )}
    </main>
  );
}

/** Standing alarms, the loud ones in full. */
function WallAlarms({ consults }: { consults: readonly ConsultSummary[] }) {
  const t = useTexts("wall");
  const now = useNow();
  const alarmed = consults.filter((consult) => consult.alarm && !consult.is_test);
  if (alarmed.length === 0) return <p className="wall-calm">✓ {t("noAlarm")}</p>;
  const loud = alarmed.filter((consult) => consult.alarm && isLoud(consult.alarm));
  const first = loud[0] ?? alarmed[0];
  return (
    <p className={`wall-alarms${loud.length > 0 ? " is-loud" : ""}`} role="status">
      <strong>
        ⚠ {alarmed.length} {t("alarms")}
      </strong>
      {first?.alarm && (
        <span>
          {t(`common:alarm.${first.alarm}`)} · {first.service.name} · {first.hospital.name} · {first.label} ·{" "}
          {formatElapsed(now - (first.requested_at ?? first.created_at))}
        </span>
      )}
    </p>
  );
}

/** Milliseconds since the server was last heard of; by the same clock that heard it. */
function contactAge(): number | null {
  const at = lastContact();
  return at === null ? null : Math.max(0, Date.now() - at);
}

const duration = (ms: number) => (ms < 60_000 ? `${Math.floor(ms / 1000)} s` : formatElapsed(ms));

/** How many rows the screen has room for, at the letter size that its width gives. */
function useRowsThatFit(): number {
  const [fit, setFit] = useState(rowsThatFit);
  useEffect(() => {
    const measure = () => setFit(rowsThatFit());
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  return fit;
}

function rowsThatFit(): number {
  // On a phone the page scrolls and everything is there.
  if (innerWidth < 900) return Number.MAX_SAFE_INTEGER;
  const em = Math.max(14, innerWidth * 0.015);
  return Math.max(1, Math.floor(innerHeight / em / ROW_EM - REST_EM / ROW_EM));
}
