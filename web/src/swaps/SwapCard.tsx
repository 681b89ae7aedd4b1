import { useState } from "react";
import { swapsApi } from "../api/swaps";
import type { DutyPart, Swap, SwapStep, SwapStepName } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Dialog, Field, Instant, useErrorText } from "../ui";
import { Consequences } from "./Consequences";
import "./swaps.css";
import "./texts";

interface Props {
  swap: Swap;
  onDone(): void;
}

/** What is meant to be pressed comes first. */
const ORDER: readonly SwapStepName[] = ["accept", "approve", "decline", "refuse", "undo", "withdraw"];

/** One swap: what is given, by whom, what it means, and what the reader can do with it. */
export function SwapCard({ swap, onDone }: Props) {
  const t = useTexts("swaps");
  const errorText = useErrorText();
  const [error, setError] = useState<unknown>();
  const [pending, setPending] = useState<SwapStepName>();
  const [isRefusing, setRefusing] = useState(false);
  const say = async (name: SwapStepName, step: SwapStep) => {
    setError(undefined);
    setPending(name);
    try {
      await swapsApi.say(swap.id, step);
    } catch (failure) {
      setError(failure);
    }
    setPending(undefined);
    onDone();
  };
  const press = (name: SwapStepName) => (name === "refuse" ? setRefusing(true) : void say(name, { type: name } as SwapStep));
  const isOpen = swap.state === "asked" || swap.state === "accepted";
  const decides = swap.steps.some((step) => step === "accept" || step === "approve");
  return (
    <article className={`card swap swap-${swap.state}`} data-testid="swap" aria-label={`${swap.service}, ${t(`state.${swap.state}`)}`}>
      <header className="row spread">
        <strong>{swap.service}</strong>
        <span className="swap-state">{t(`state.${swap.state}`)}</span>
      </header>
      <p>
        {t("of", { giver: swap.giver.name })}: <Part part={swap.part} zone={swap.zone} />
      </p>
      {swap.in_return && (
        <p>
          {t("back")}: <Part part={swap.in_return} zone={swap.zone} />
        </p>
      )}
      <p className="muted small">
        {swap.taker ? t("takes", { name: swap.taker.name }) : swap.is_pool ? t("pool") : t("to", { names: names(swap.asked) })}
        {swap.author.id !== swap.giver.id && ` · ${t("by", { name: swap.author.name })}`}
        {swap.declined.length > 0 && ` · ${t("no", { names: names(swap.declined) })}`}
        {swap.state === "asked" && (
          <>
            {" · "}
            {t("ends")} <Instant at={swap.expires_at} zone={swap.zone} />
          </>
        )}
      </p>
      {swap.reason !== "" && <p>{t("reason", { reason: swap.reason })}</p>}
      {isOpen && !swap.still_on_duty && <Banner tone="warn">{t("gone")}</Banner>}
      {isOpen && decides && <Consequences conflicts={swap.consequences} zone={swap.zone} />}
      {error !== undefined && (
        <Banner tone="danger" role="alert">
          {errorText(error)}
        </Banner>
      )}
      {swap.steps.length > 0 && (
        <div className="row">
          {ORDER.filter((step) => swap.steps.includes(step)).map((step) => (
            <Button
              key={step}
              variant={step === "accept" || step === "approve" ? "primary" : "secondary"}
              isPending={pending === step}
              isDisabled={pending !== undefined && pending !== step}
              onPress={() => press(step)}
              data-testid={`swap-${step}`}
            >
              {t(`step.${step}`)}
            </Button>
          ))}
        </div>
      )}
      {isRefusing && (
        <Refusal
          onRefuse={(reason) => {
            setRefusing(false);
            void say("refuse", { type: "refuse", reason });
          }}
          onClose={() => setRefusing(false)}
        />
      )}
    </article>
  );
}

const names = (people: readonly { name: string }[]) => people.map(({ name }) => name).join(", ");

export function Part({ part, zone }: { part: DutyPart; zone: string }) {
  const t = useTexts("common");
  return (
    <span>
      {t(`duty.${part.level}`)}, <Instant at={part.from} zone={zone} /> – <Instant at={part.until} zone={zone} />
    </span>
  );
}

function Refusal({ onRefuse, onClose }: { onRefuse(reason: string): void; onClose(): void }) {
  const t = useTexts("swaps");
  const [reason, setReason] = useState("");
  return (
    <Dialog
      title={t("refuse.title")}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t("common:cancel")}</Button>
          <Button variant="primary" isDisabled={reason.trim() === ""} onPress={() => onRefuse(reason)} data-testid="refuse-now">
            {t("refuse.now")}
          </Button>
        </>
      }
    >
      <Field label={t("refuse.reason")} value={reason} onChange={setReason} maxLength={500} />
    </Dialog>
  );
}
