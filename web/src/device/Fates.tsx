import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatSecond } from "../state/time";
import type { QueuedAnswer } from "../state/outbox";
import { Banner, Button, LinkButton, PhoneLink, type Tone } from "../ui";
import { putAway } from "./outbox";
import "./texts";

const TONES: Record<QueuedAnswer["fate"]["state"], Tone> = { waiting: "warn", done: "ok", late: "info", expired: "danger", refused: "danger" };

/** What became of answers that had no network, until they are put away. */
export function Fates({ answers }: { answers: readonly QueuedAnswer[] }) {
  const t = useTexts("device");
  const locale = localeOf(useLanguage());
  return answers.map((queued) => {
    const { fate, ringId, consultId, service, hospital, phone } = queued;
    const time = (at: number) => formatSecond(at, locale);
    const answer = t(`outbox.answer.${queued.answer.type}`);
    const isTaken = fate.state === "done" && queued.answer.type === "accept";
    return (
      <div key={ringId} data-testid="fate" data-state={fate.state}>
        <Banner
          tone={TONES[fate.state]}
          role={fate.state === "waiting" || fate.state === "done" ? "status" : "alert"}
          title={title()}
          actions={
            <>
              {fate.state !== "done" && phone !== null && <PhoneLink number={phone} label={t("outbox.call")} />}
              {isTaken && (
                <LinkButton variant="primary" href={`#/consult/${consultId}`} onClick={() => void putAway(ringId)}>
                  {t("outbox.open")}
                </LinkButton>
              )}
              {fate.state !== "waiting" && <Button onPress={() => void putAway(ringId)}>{t("outbox.dismiss")}</Button>}
            </>
          }
        >
          {fate.state === "waiting" && t("outbox.waitingText", { answer, service, hospital, time: time(queued.givenAt) })}
          {fate.state === "expired" && t("outbox.expiredText")}
          {fate.state !== "waiting" && <span className="block">{t("outbox.about", { service, hospital })}</span>}
        </Banner>
      </div>
    );

    function title(): string {
      switch (fate.state) {
        case "waiting":
          return t("outbox.waiting");
        case "done":
          return t("outbox.done", { time: time(fate.at), answer: t(`outbox.done_${queued.answer.type}`) });
        case "late":
          return fate.by === null ? t("outbox.lateOver") : t("outbox.late", { name: fate.by });
        case "expired":
          return t("outbox.expired");
        case "refused":
          return `${t("outbox.refused")}: ${t(`problem:${fate.code}`)}`;
      }
    }
  });
}
