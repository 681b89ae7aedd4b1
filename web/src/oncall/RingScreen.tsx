import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Dialog as AriaDialog, Modal, ModalOverlay } from "react-aria-components";
import { api } from "../api/client";
import { asApiError } from "../api/problem";
import { adopt, forget, keys } from "../api/query";
import type { Action, ConsultId, DeclineReason } from "../api/types";
import { enqueue } from "../device/outbox";
import { closeNotification } from "../device/registration";
import { useTexts } from "../i18n";
import { askedSince } from "../state/lists";
import type { RingAnswer } from "../state/outbox";
import type { RingItem } from "../state/rings";
import { formatElapsed, secondsLeft } from "../state/time";
import { Button, Dialog, Elapsed, Eta, Field, Instant, TestBadge, useErrorText, useNow } from "../ui";
import { ringer } from "../ui/Ringer";
import { OtherRings } from "./OtherRings";

export interface RingScreenProps {
  item: RingItem;
  /** Rings behind this one. */
  others: readonly RingItem[];
  onSettled: (ringId: string) => void;
  onAccepted: (consultId: ConsultId) => void;
  /** A sentence to be shown after the ring is gone, for instance that somebody else was faster. */
  onNotice: (text: string) => void;
}

const REASONS: readonly DeclineReason[] = ["no_capacity", "not_my_field", "conflict_of_interest", "technical_problem", "other"];

/** Refusals after which this ring cannot be answered any more. */
const SETTLED = new Set(["already_taken", "not_rung", "wrong_state", "not_found", "forbidden"]);

/**
 * The ring over the whole screen: whose hospital, which service, how urgent, when the patient arrives. Never who the
 * patient is: the phone may lie on a table.
 *
 * A modal itself: a dialog that is open makes everything else inert, and the ring has to lie above it.
 */
export function RingScreen({ item, others, onSettled, onAccepted, onNotice }: RingScreenProps) {
  const t = useTexts("oncall");
  const client = useQueryClient();
  const errorText = useErrorText();
  const now = useNow();
  const { ring, summary } = item;
  const [pending, setPending] = useState<Action["type"] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isMuted, setMuted] = useState(false);
  const [isDeclining, setDeclining] = useState(false);
  const isArmed = useSyncExternalStore(ringer.subscribe, ringer.isArmed);
  const isGuarded = useGuard();

  const isSilent = isMuted || pending !== null;
  useEffect(() => {
    if (isSilent) ringer.stop();
    else ringer.start(summary.urgency);
    return () => ringer.stop();
  }, [isSilent, summary.urgency, isArmed]);

  useEffect(() => {
    const title = document.title;
    document.title = `● ${t("ring.tabTitle")} · ${t(`common:urgency.${summary.urgency}`)}`;
    return () => {
      document.title = title;
    };
  }, [summary.urgency, t]);

  useEffect(() => closeNotification(ring.ring_id), [ring.ring_id]);

  /** No network: the answer is kept, sent when there is one, and its fate shown. `false`: it could not be kept. */
  const keep = async (action: RingAnswer): Promise<boolean> => {
    const { hospital, service, urgency } = summary;
    try {
      await enqueue({
        ringId: ring.ring_id,
        consultId: summary.id,
        answer: action,
        service: service.name,
        hospital: hospital.name,
        urgency,
        phone: hospital.phone,
        givenAt: Date.now(),
        fate: { state: "waiting" },
      });
      return true;
    } catch {
      return false;
    }
  };

  const answer = async (action: RingAnswer) => {
    if (pending !== null || isGuarded) return;
    setPending(action.type);
    setError(null);
    try {
      const detail = await api.act(summary.id, action);
      if (action.type === "decline") forget(client, summary.id);
      else adopt(client, detail);
      onSettled(ring.ring_id);
      if (action.type === "accept") onAccepted(summary.id);
    } catch (failure) {
      const code = asApiError(failure)?.code;
      void client.invalidateQueries({ queryKey: keys.consults });
      if (code !== undefined && SETTLED.has(code)) {
        onNotice(errorText(failure));
        onSettled(ring.ring_id);
      } else if (code === "offline" && (await keep(action))) {
        onSettled(ring.ring_id);
      } else {
        setError(`${t("ring.failed")} ${errorText(failure)}`);
        setPending(null);
        setDeclining(false);
      }
    }
  };

  const left = secondsLeft(ring.until, now);
  return (
    <ModalOverlay className="overlay-ring" isOpen isKeyboardDismissDisabled>
      <Modal>
        {/* It takes the focus itself, no button does: a space bar meant for a form must not accept a patient. */}
        <AriaDialog
          className={`ring ring-${summary.urgency}`}
          role="alertdialog"
          aria-labelledby="ring-title"
          data-guarded={isGuarded || undefined}
        >
          <div className="ring-head">
            <span className={`ring-urgency tone-${summary.urgency}`}>{t(`common:urgency.${summary.urgency}`)}</span>
            <TestBadge isTest={summary.is_test} />
            <Button variant="quiet" onPress={() => (isArmed ? setMuted(!isMuted) : void ringer.arm())} aria-pressed={isMuted}>
              {isArmed ? t("ring.mute") : t("ring.noSound")}
            </Button>
          </div>
          <div className="ring-body">
            <h1 id="ring-title" className="ring-service">
              {summary.service.name}
            </h1>
            <p className="ring-hospital">
              {summary.hospital.name}
              <span className="ring-city">{summary.hospital.city}</span>
            </p>
            {summary.eta && (
              <p className="ring-eta">
                <Eta at={summary.eta} />
              </p>
            )}
            {summary.urgency !== "emergency" && summary.deadline && (
              <p>
                {t("ring.deadline")} <Instant at={summary.deadline} />
              </p>
            )}
            <p className="ring-clock">
              <span className="ring-clock-label">{t("ring.waiting")}</span>
              <Elapsed since={askedSince(summary)} className="ring-time" />
            </p>
            <p className="ring-left-line">
              {t("ring.left", { time: left > 90 ? formatElapsed(left * 1000) : `${left} s` })}
            </p>
            {ring.busy && <p>{t("ring.busy")}</p>}
            <OtherRings items={others} onSettled={onSettled} />
          </div>
          <div className="ring-actions">
            {error !== null && (
              <p className="ring-error" role="alert">
                {error}
              </p>
            )}
            <Button
              variant="ok"
              size="huge"
              block
              className="ring-accept"
              isPending={pending === "accept"}
              isDisabled={pending !== null && pending !== "accept"}
              onPress={() => void answer({ type: "accept" })}
            >
              {t("ring.accept")}
            </Button>
            <Button
              size="huge"
              block
              isPending={pending === "accept_in_five"}
              isDisabled={pending !== null && pending !== "accept_in_five"}
              onPress={() => void answer({ type: "accept_in_five" })}
            >
              {t("ring.inFive")}
            </Button>
            <div className="ring-pair">
              <Button
                size="huge"
                isPending={pending === "pass_on"}
                isDisabled={pending !== null && pending !== "pass_on"}
                onPress={() => void answer({ type: "pass_on", ring_id: ring.ring_id })}
              >
                {t("ring.passOn")}
              </Button>
              <Button size="huge" isDisabled={pending !== null} onPress={() => setDeclining(true)}>
                {t("ring.decline")}
              </Button>
            </div>
          </div>
          <DeclineDialog
            isOpen={isDeclining}
            isPending={pending === "decline"}
            onClose={() => setDeclining(false)}
            onDecline={(reason, note) => void answer({ type: "decline", ring_id: ring.ring_id, reason, note })}
          />
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Taps in the first moment were meant for what lay under the ring. More delays a quick thumb; less accepts by mistake. */
const GUARD_MS = 600;

function useGuard(): boolean {
  const [isGuarded, setGuarded] = useState(true);
  useEffect(() => {
    const end = setTimeout(() => setGuarded(false), GUARD_MS);
    return () => clearTimeout(end);
  }, []);
  return isGuarded;
}

interface DeclineDialogProps {
  isOpen: boolean;
  isPending: boolean;
  onClose: () => void;
  onDecline: (reason: DeclineReason, note: string) => void;
}

/** One tap on a reason is the answer. */
function DeclineDialog({ isOpen, isPending, onClose, onDecline }: DeclineDialogProps) {
  const t = useTexts("oncall");
  const [note, setNote] = useState("");
  return (
    <Dialog title={t("ring.declineTitle")} isOpen={isOpen} onClose={onClose}>
      <div className="decline-reasons">
        {REASONS.map((reason) => (
          <Button key={reason} size="large" block isDisabled={isPending} onPress={() => onDecline(reason, note.trim())}>
            {t(`common:decline.${reason}`)}
          </Button>
        ))}
      </div>
      <Field label={`${t("ring.declineNote")} (${t("common:optional")})`} value={note} onChange={setNote} maxLength={300} />
    </Dialog>
  );
}
