import { serverNow } from "../api/clock";
import type { ClockStamp, ConsultDetail } from "../api/types";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { clockRows, isStamp } from "../state/clock";
import { askedSince } from "../state/lists";
import { formatElapsed } from "../state/time";
import { Button, Elapsed, Instant, useErrorText, useNow } from "../ui";

/**
 * The running clock in the head: since the request, since the patient was last seen well, the stamps that stand, and one
 * tap for the next one. Everything else is in the panel behind it.
 */
export function ClockStrip({ detail, onOpen, isOpen }: { detail: ConsultDetail; onOpen(): void; isOpen: boolean }) {
  const t = useTexts("room");
  const now = useNow();
  const work = useAct(detail.summary.id);
  const errorText = useErrorText();
  const rows = detail.clock ? clockRows(detail.clock, now) : [];
  const next = detail.actions.includes("stamp") ? rows.find(({ name, at }) => at === null && isStamp(name)) : undefined;
  const stamp = () => {
    if (next) void work.act({ type: "stamp", stamp: next.name as ClockStamp, at: serverNow() });
  };
  return (
    <div className="clock-strip" data-testid="clock-strip">
      <span className="room-clock" title={t("clock")}>
        <Elapsed since={askedSince(detail.summary)} />
      </span>
      {rows
        .filter(({ at }) => at !== null)
        .map(({ name, at, span }) => (
          <span key={name} className="clock-chip">
            <span className="muted">{t(`clockShort.${name}`)}</span>{" "}
            {span?.kind === "runs" ? <strong>{formatElapsed(span.ms)}</strong> : at !== null && <Instant at={at} />}
          </span>
        ))}
      {next && (
        <Button
          isPending={work.pending !== null}
          onPress={stamp}
          data-testid={`stamp-${next.name}`}
        >
          {t(`clockShort.${next.name}`)}: {t("consult:clock.now")}
        </Button>
      )}
      {detail.clock && (
        <Button variant="quiet" aria-expanded={isOpen} onPress={onOpen} className="clock-all" data-testid="times">
          {t("times")}
        </Button>
      )}
      {work.error !== null && (
        <span role="alert" className="field-error">
          {errorText(work.error)}
        </span>
      )}
    </div>
  );
}
