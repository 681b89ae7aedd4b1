import { useEffect, useSyncExternalStore } from "react";
import { ringer, type Bell } from "./Ringer";

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

/** For pages without a button for the sound: any click allows it, as browsers want one before the first tone. */
export function useSoundByClick(): void {
  useEffect(() => {
    const arm = () => void ringer.arm();
    addEventListener("click", arm, { once: true });
    return () => removeEventListener("click", arm);
  }, []);
}
