import { useEffect, useRef } from "react";
import { useTexts } from "../i18n";
import { Button, useNow } from "../ui";
import { PRICES } from "./proposal/cost";

interface Props {
  since: number;
  seconds: number;
  better: { open: number; gap: number } | undefined;
  onStop(): void;
  onCancel(): void;
}

/** In wishes: what points mean to people. */
export const inWishes = (points: number): number => Math.ceil(points / PRICES.wish);

/** That it is still searched, what there is already, and the way out. */
export function ProposalSearch({ since, seconds, better, onStop, onCancel }: Props) {
  const t = useTexts("planning");
  const top = useRef<HTMLParagraphElement>(null);
  useEffect(() => top.current?.focus(), []);
  const passed = Math.min(seconds, Math.max(0, Math.floor((useNow() - since) / 1000)));
  // Before anything is known of the best possible the difference says nothing.
  const isKnown = better !== undefined && Number.isFinite(better.gap) && better.gap < PRICES.open.backup;
  return (
    <>
      <progress className="planning-progress" max={seconds} value={passed} aria-label={t("proposal.searching", { seconds: passed, limit: seconds })} />
      <p ref={top} tabIndex={-1}>{t("proposal.searching", { seconds: passed, limit: seconds })}</p>
      <p role="status">
        {isKnown ? t("proposal.better", { count: inWishes(better.gap) }) : t("proposal.none")}{" "}
        {isKnown && better.open > 0 && t("proposal.open", { count: better.open })}
      </p>
      <div className="row planning-foot">
        <Button onPress={onCancel}>{t("proposal.cancel")}</Button>
        <Button variant="primary" isDisabled={!better} onPress={onStop} data-testid="proposal-stop">
          {t("proposal.stop")}
        </Button>
      </div>
    </>
  );
}
