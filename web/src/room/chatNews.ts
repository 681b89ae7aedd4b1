import { useEffect, useRef, useState } from "react";
import { useTexts } from "../i18n";
import type { Chat } from "./chat/chat";

/** The last message of somebody else while the chat is closed, as a sentence for screen readers. */
export function useChatNews(chat: Chat, isOpen: boolean): string {
  const t = useTexts("room");
  const [news, setNews] = useState("");
  const told = useRef(0);
  useEffect(() => {
    const tell = () => {
      const { messages, unread } = chat.snapshot();
      const last = messages.at(-1);
      if (!last || last.counter <= told.current) return;
      told.current = last.counter;
      if (!isOpen && unread > 0) setNews(t("chat.news", { name: last.author.name }));
    };
    tell();
    return chat.subscribe(tell);
  }, [chat, isOpen, t]);
  return news;
}
