import { useSyncExternalStore } from "react";
import { serverNow } from "../api/clock";

/** One timer for every clock of the page, so that all of them jump in the same frame. */
const listeners = new Set<() => void>();
let second = Math.floor(serverNow() / 1000);
let timer: ReturnType<typeof setTimeout> | undefined;

function tick() {
  second = Math.floor(serverNow() / 1000);
  for (const listener of listeners) listener();
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (listeners.size > 0) timer = setTimeout(tick, 1000 - (serverNow() % 1000) + 5);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  if (listeners.size === 1) {
    second = Math.floor(serverNow() / 1000);
    schedule();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearTimeout(timer);
  };
}

/** The server's time in milliseconds, renewed every full second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => second) * 1000;
}
