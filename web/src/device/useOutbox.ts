import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { keys } from "../api/query";
import { shown, type QueuedAnswer } from "../state/outbox";
import { answers, flush, watchOutbox } from "./outbox";

/** Between tries while the page is open, in ms. More keeps a hospital waiting after a tunnel; less costs battery. */
const EVERY = 4000;

/** Answers that wait for a network and what became of the others; sends them when it is back. */
export function useOutbox(): QueuedAnswer[] {
  const client = useQueryClient();
  const [all, setAll] = useState<QueuedAnswer[]>([]);
  const isWaiting = all.some(({ fate }) => fate.state === "waiting");
  useEffect(() => {
    let isOver = false;
    const read = () =>
      void answers().then(
        (found) => {
          if (isOver) return;
          setAll(shown(found, Date.now()));
          void client.invalidateQueries({ queryKey: keys.consults });
        },
        () => undefined,
      );
    read();
    const stop = watchOutbox(read);
    return () => {
      isOver = true;
      stop();
    };
  }, [client]);
  useEffect(() => {
    if (!isWaiting) return;
    const send = () => void flush(Date.now).catch(() => undefined);
    send();
    const timer = setInterval(send, EVERY);
    addEventListener("online", send);
    return () => {
      clearInterval(timer);
      removeEventListener("online", send);
    };
  }, [isWaiting]);
  return all;
}
