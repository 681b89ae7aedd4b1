import { useState, type ReactNode } from "react";
import type { ConsultDetail, Me } from "../api/types";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import type { State } from "../rtc/machine";
import { Button, Dialog, ErrorView, PhoneLink, StateBadge, UrgencyBadge } from "../ui";
import { ClockStrip } from "./ClockStrip";
import { phonesOfOther } from "./people";

interface Props {
  state: State;
  detail: ConsultDetail;
  me: Me;
  onReport(): void;
  showsReport: boolean;
  onTimes(): void;
  showsTimes: boolean;
  /** The state of the encryption. */
  encryption: ReactNode;
}

/** Which consult, how long, in which state, and the numbers that work when the network does not. */
export function Header({ state, detail, me, onReport, showsReport, onTimes, showsTimes, encryption }: Props) {
  const t = useTexts("room");
  const { summary, actions } = detail;
  const phones = phonesOfOther(summary, me.person, detail.fields?.callback_phone);
  const canSign = actions.includes("sign_report");
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
      {encryption}
      <ConnectionState state={state} />
      <ClockStrip detail={detail} onOpen={onTimes} isOpen={showsTimes} />
      <div className="room-phones" role="group" aria-label={t("phones")}>
        {phones.slice(0, 2).map((phone) => (
          <PhoneLink key={phone.number} number={phone.number} label={phone.name} />
        ))}
      </div>
      <div className="room-actions">
        {actions.includes("end_session") && <EndSession detail={detail} />}
        {(canSign || actions.includes("amend") || detail.answer) && (
          <Button
            variant={canSign ? "primary" : "secondary"}
            onPress={onReport}
            aria-expanded={showsReport}
            data-testid="answer"
          >
            {canSign ? t("writeReport") : t("readReport")}
          </Button>
        )}
      </div>
    </header>
  );
}

export function ConnectionState({ state }: { state: State }) {
  const t = useTexts("room");
  return (
    <p className={`room-connection phase-${state.phase}`} role="status" data-testid="connection">
      {state.phase === "live" ? t("live") : state.everLive ? t("reconnecting") : t("connecting")}
    </p>
  );
}

function EndSession({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("room");
  const work = useAct(detail.summary.id);
  const [isOpen, setOpen] = useState(false);
  const end = async () => {
    if (await work.act({ type: "end_session" })) setOpen(false);
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
          <Button
            variant="primary"
            isPending={work.pending !== null}
            onPress={() => void end()}
            data-testid="end-session-confirm"
          >
            {t("endSession")}
          </Button>
        }
      >
        <p>{t("endSessionAsk")}</p>
        {work.error !== null && <ErrorView error={work.error} />}
      </Dialog>
    </>
  );
}
