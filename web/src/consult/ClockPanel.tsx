import { useState } from "react";
import { serverNow } from "../api/clock";
import type { Action, ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { clockField, clockRows, instantProblem, isStamp, type ClockName, type ClockRow } from "../state/clock";
import { isOpen } from "../state/lists";
import { formatElapsed } from "../state/time";
import { Button, InstantField, Instant, useNow } from "../ui";
import { ActDialog } from "./ActDialog";
import "./consult.css";
import "./texts";
import type { Act } from "./useAct";

/** The clocks that count in an emergency, each with one tap for "now" and a way to correct it. */
export function ClockPanel({ detail, work }: { detail: ConsultDetail; work: Act }) {
  const t = useTexts("consult");
  const now = useNow();
  const [editing, setEditing] = useState<{ name: ClockName; at: number | null } | null>(null);
  if (!detail.clock) return null;
  const can = (name: ClockName) => detail.actions.includes(isStamp(name) ? "stamp" : "complete_fields");
  const send = (name: ClockName, at: number) => work.act(stampAction(name, at));
  return (
    <section className="card clock-panel" aria-labelledby="clock-title">
      <h2 id="clock-title">{t("clock.heading")}</h2>
      <dl className="clock-rows">
        {clockRows(detail.clock, isOpen(detail.summary) ? now : detail.summary.state_since).map((row) => (
          <Row
            key={row.name}
            row={row}
            canSet={can(row.name)}
            isBusy={work.pending !== null}
            onNow={() => void send(row.name, serverNow())}
            onEdit={() => setEditing({ name: row.name, at: row.at })}
          />
        ))}
      </dl>
      {editing && (
        <EditDialog
          name={editing.name}
          at={editing.at}
          work={work}
          onClose={() => setEditing(null)}
          onSave={async (at) => {
            if (await send(editing.name, at)) setEditing(null);
          }}
        />
      )}
    </section>
  );
}

function stampAction(name: ClockName, at: number): Action {
  return isStamp(name) ? { type: "stamp", stamp: name, at } : { type: "complete_fields", fields: clockField(name, at) };
}

interface RowProps {
  row: ClockRow;
  canSet: boolean;
  isBusy: boolean;
  onNow: () => void;
  onEdit: () => void;
}

function Row({ row, canSet, isBusy, onNow, onEdit }: RowProps) {
  const t = useTexts("consult");
  const what = t(`clock.${row.name}`);
  return (
    <div className={`clock-row${row.at === null ? " is-open" : ""}`}>
      <dt>{what}</dt>
      <dd className="clock-value">
        {row.span?.kind === "runs" ? (
          <>
            <strong className="clock clock-big" role="timer" aria-live="off">
              {formatElapsed(row.span.ms)}
            </strong>
            <span className="muted small">{row.at !== null && <Instant at={row.at} />}</span>
          </>
        ) : row.at === null ? (
          <span className="muted">{t("clock.open")}</span>
        ) : (
          <>
            <strong className="clock clock-big">
              <Instant at={row.at} />
            </strong>
            {row.span && (
              <span className="muted small">{t(`clock.${row.span.kind}`, { time: formatElapsed(row.span.ms) })}</span>
            )}
          </>
        )}
      </dd>
      {canSet && (
        <dd className="clock-buttons">
          {row.at === null && row.name !== "last_seen_well" && (
            <Button variant="primary" isDisabled={isBusy} onPress={onNow} aria-label={t("clock.nowFor", { what })}>
              {t("clock.now")}
            </Button>
          )}
          <Button
            variant="quiet"
            onPress={onEdit}
            aria-label={t(row.at === null ? "clock.setFor" : "clock.changeFor", { what })}
          >
            {row.at === null ? t("clock.set") : t("clock.change")}
          </Button>
        </dd>
      )}
    </div>
  );
}

interface EditProps {
  name: ClockName;
  at: number | null;
  work: Act;
  onClose: () => void;
  onSave: (at: number) => Promise<void>;
}

/** Date and time of one instant; also used for the arrival. */
export function EditDialog({ name, at, work, onClose, onSave }: EditProps) {
  const t = useTexts("consult");
  const [value, setValue] = useState<number | null>(at);
  const [tried, setTried] = useState(false);
  const problem = instantProblem(name, value, serverNow());
  const save = () => {
    setTried(true);
    if (problem === null && value !== null) void onSave(value);
  };
  return (
    <ActDialog title={t(`clock.${name}`)} isOpen onClose={onClose} work={work} confirm={t("common:save")} onConfirm={save}>
      <div className="row clock-edit">
        <InstantField
          label={t(name === "eta" ? "clock.whenEta" : "clock.when")}
          value={value}
          onChange={setValue}
          error={tried && problem !== null ? t(`clock.wrong.${problem}`) : null}
        />
        {name !== "eta" && <Button onPress={() => setValue(serverNow())}>{t("clock.now")}</Button>}
      </div>
    </ActDialog>
  );
}
