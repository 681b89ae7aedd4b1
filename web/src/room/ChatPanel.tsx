import { useEffect, useRef, useState, useSyncExternalStore, type FormEvent, type KeyboardEvent } from "react";
import { useTexts } from "../i18n";
import { Button, Instant } from "../ui";
import type { Chat } from "./chat/chat";
import { MAX_CHARS, type Message } from "./chat/message";
import { Panel } from "./Panel";

/** Pixels from the end within which new messages pull the list along. More takes somebody who reads upwards with it. */
const NEAR_END = 80;
/** From here on the rest of the characters is counted. */
const COUNT_FROM = MAX_CHARS - 200;

/** What is written in the room. It goes with the room; the server keeps nothing of it. */
export function ChatPanel({ chat, isLive, onClose }: { chat: Chat; isLive: boolean; onClose(): void }) {
  const t = useTexts("room");
  const { messages, unsent, me } = useSyncExternalStore(chat.subscribe, chat.snapshot);
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);

  useEffect(() => chat.markRead(), [chat, messages]);
  useEffect(() => {
    if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [messages]);

  return (
    <Panel title={t("chat.title")} testId="chat-panel" className="chat-panel" onClose={onClose}>
      <p className="chat-note">{t("chat.note")}</p>
      <div
        ref={list}
        className="chat-list"
        role="log"
        aria-live="polite"
        aria-label={t("chat.messages")}
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
        }}
      >
        {messages.map((message) => (
          <Line key={`${message.author.id}/${message.counter}`} message={message} isOwn={message.author.id === me} />
        ))}
        {messages.length === 0 && <p className="chat-empty">{t("chat.empty")}</p>}
      </div>
      {(unsent > 0 || !isLive) && (
        <p className="chat-waits" role="status">
          {unsent > 0 ? t("chat.unsent", { count: unsent }) : t("chat.offline")}
        </p>
      )}
      <Write onSend={(text) => chat.send(text)} />
    </Panel>
  );
}

function Line({ message, isOwn }: { message: Message; isOwn: boolean }) {
  const t = useTexts("room");
  const { author, at, text, isVerified, isQuoted } = message;
  return (
    <div className={`chat-message${isOwn ? " chat-own" : ""}`} data-testid="chat-message">
      <p className="chat-head">
        <strong>{isOwn ? t("you") : author.name}</strong>
        {!isVerified && <span className="muted"> {t("chat.gone")}</span>}
        {isQuoted && <span className="muted"> {t("chat.passedOn")}</span>} <Instant at={at} />
      </p>
      <p className="chat-text">{text}</p>
    </div>
  );
}

function Write({ onSend }: { onSend(text: string): void }) {
  const t = useTexts("room");
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    onSend(text);
    setText("");
    // The button that was pressed is about to be disabled and would lose the focus to nowhere.
    field.current?.focus();
  };
  return (
    <form className="chat-write" onSubmit={send}>
      <label className="visually-hidden" htmlFor="chat-text">
        {t("chat.write")}
      </label>
      <textarea
        id="chat-text"
        ref={field}
        className="input"
        rows={2}
        maxLength={MAX_CHARS}
        value={text}
        placeholder={t("chat.write")}
        data-testid="chat-text"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          // Shift makes a new line, as everywhere; a composed character (IME) ends with Enter, too.
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
        }}
      />
      <Button type="submit" variant="primary" isDisabled={text.trim() === ""} data-testid="chat-send">
        {t("chat.send")}
      </Button>
      {text.length > COUNT_FROM && (
        <small className="chat-left" role="status">
          {t("chat.left", { count: MAX_CHARS - text.length })}
        </small>
      )}
    </form>
  );
}
