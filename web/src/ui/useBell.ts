import { useEffect, useSyncExternalStore } from "react";
import { ringer, type Bell, type Ringer } from "./Ringer";

/** Sounds `bell` until it is `null`. */
export function useBell(bell: Bell | null): void {
  const isArmed = useSyncExternalStore(ringer.subscribe, ringer.isArmed);
  useEffect(() => {
    if (bell === null) return;
    ringer.start(bell);
    return () => ringer.stop();
    // Begins anew with the sound, which may be allowed later.
  }, [bell, isArmed]);
}

/** For pages without a button for the sound: any click or key allows it, as browsers want one before the first tone. */
export function useSoundByClick(): void {
  useEffect(() => armByGesture(globalThis, ringer), []);
}

/** On the way down: a button of React Aria lets nothing of its press come up again. Until it sounds, and when it stops. */
export function armByGesture(
  page: Pick<EventTarget, "addEventListener" | "removeEventListener">,
  bell: Pick<Ringer, "arm" | "isArmed">,
): () => void {
  const arm = () => {
    if (!bell.isArmed()) void bell.arm();
  };
  for (const gesture of ["click", "keydown"]) page.addEventListener(gesture, arm, { capture: true });
  return () => {
    for (const gesture of ["click", "keydown"]) page.removeEventListener(gesture, arm, { capture: true });
  };
}
