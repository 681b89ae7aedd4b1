import { useSyncExternalStore } from "react";

function subscribe(listener: () => void) {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

/** The address behind `#`, so that the browser's own back button works inside an app. */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash);
}

/** Goes to `hash`; `replace` leaves no step for the back button. */
export function goTo(hash: string, replace = false): void {
  if (replace) location.replace(hash);
  else location.hash = hash;
  scrollTo(0, 0);
}
