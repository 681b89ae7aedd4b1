import { useState } from "react";
import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { Button, ErrorView, Field, Instant } from "../ui";
import "./consult.css";
import "./texts";
import { useAct } from "./useAct";

/** Questions of the specialist and replies of the requesting house, the newest last, with the form of whoever may write. */
export function ExchangeThread({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("consult");
  const { exchanges, actions } = detail;
  const canReply = actions.includes("reply");
  const canAsk = actions.includes("ask_for_more");
  const isAsked = exchanges.length > 0 || detail.summary.asked_for_more;
  if (!isAsked && !canAsk) return null;
  return (
    <section className="card stack" aria-labelledby="exchange-title" id="exchange">
      <h2 id="exchange-title">{t("exchange.heading")}</h2>
      {exchanges.length === 0 && <p className="muted">{t("exchange.empty")}</p>}
      <ol className="exchange" aria-live="polite">
        {exchanges.map((exchange, index) => (
          <li key={index} className={`exchange-item${exchange.is_question ? " is-question" : ""}`}>
            <p className="small muted">
              {exchange.person.name} {exchange.is_question ? t("exchange.asks") : t("exchange.replies")} ·{" "}
              <Instant at={exchange.at} />
            </p>
            <p className="answer-text">{exchange.text}</p>
          </li>
        ))}
      </ol>
      {canAsk && <Write detail={detail} kind="ask" />}
      {canReply && isAsked && <Write detail={detail} kind="reply" />}
    </section>
  );
}

function Write({ detail, kind }: { detail: ConsultDetail; kind: "ask" | "reply" }) {
  const t = useTexts("consult");
  const work = useAct(detail.summary.id);
  const [text, setText] = useState("");
  const send = async () => {
    const words = text.trim();
    const isSent = await work.act(kind === "ask" ? { type: "ask_for_more", text: words } : { type: "reply", text: words });
    // Whoever has typed on keeps what was typed.
    if (isSent) setText((now) => (now === text ? "" : now));
  };
  return (
    <div className="stack">
      <Field
        label={kind === "ask" ? t("exchange.ask") : t("exchange.reply")}
        multiline
        rows={2}
        value={text}
        onChange={setText}
        maxLength={2000}
        {...(kind === "ask" ? { description: t("exchange.askHint") } : {})}
      />
      {work.error !== null && <ErrorView error={work.error} />}
      <div>
        <Button
          variant={kind === "reply" && detail.summary.asked_for_more ? "primary" : "secondary"}
          isDisabled={text.trim() === ""}
          isPending={work.pending !== null}
          onPress={() => void send()}
        >
          {kind === "ask" ? t("exchange.askSend") : t("exchange.replySend")}
        </Button>
      </div>
    </div>
  );
}
