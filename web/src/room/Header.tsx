import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { adopt } from "../api/query";
import type { ConsultDetail, Me } from "../api/types";
import { useTexts } from "../i18n";
import type { State } from "../rtc/machine";
import { Button, Dialog, Elapsed, ErrorView, PhoneLink, StateBadge, UrgencyBadge } from "../ui";
import { phoneOfOther } from "./people";

interface Props {
  state: State;
  detail: ConsultDetail;
  me: Me;
  onAnswer(): void;
  showsAnswer: boolean;
}

/** Which consult, how long, in which state, and the number that works when the network does not. */
export function Header({ state, detail, me, onAnswer, showsAnswer }: Props) {
  const t = useTexts("room");
  const { summary, actions } = detail;
  const phone = phoneOfOther(summary, me.person.id);
  const canAnswer = actions.includes("submit_answer");
  return (
    <header className="room-head">
      <div className="room-what">
        <strong className="room-label">{summary.label}</strong>
        <UrgencyBadge urgency={summary.urgency} />
        <span data-testid="consult-state" data-state={summary.state}>
          <StateBadge state={summary.state} />
        </span>
        <span className="room-service">
          {summary.service.name} · {summary.hospital.name}
        </span>
      </div>
      <p className={`room-connection phase-${state.phase}`} role="status" data-testid="connection">
        {state.phase === "live" ? t("live") : state.everLive ? t("reconnecting") : t("connecting")}
      </p>
      <span className="room-clock" title={t("clock")}>
        <Elapsed since={summary.created_at} />
      </span>
      <PhoneLink number={phone.number} label={phone.name} />
      <div className="room-actions">
        {actions.includes("end_session") && <EndSession detail={detail} />}
        {(canAnswer || detail.answer) && (
          <Button
            variant={canAnswer ? "primary" : "secondary"}
            onPress={onAnswer}
            aria-expanded={showsAnswer}
            data-testid="answer"
          >
            {canAnswer ? t("writeAnswer") : t("readAnswer")}
          </Button>
        )}
      </div>
    </header>
  );
}

function EndSession({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("room");
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const end = async () => {
    setPending(true);
    setError(null);
    try {
      adopt(client, await api.act(detail.summary.id, { type: "end_session" }));
      setOpen(false);
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };
  return (
    <>
      <Button onPress={() => setOpen(true)} data-testid="end-session">
        {t("endSession")}
      </Button>
      <Dialog
        title={t("endSession")}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        actions={
          <Button variant="primary" isPending={isPending} onPress={() => void end()} data-testid="end-session-confirm">
            {t("endSession")}
          </Button>
        }
      >
        <p>{t("endSessionAsk")}</p>
        {error !== null && <ErrorView error={error} />}
      </Dialog>
    </>
  );
}
