/** How loud this device rings beside its own volume; remembered per browser. */

const STORE = "telekonsil.volume";
/** Whoever wants silence turns the bell off for one call, not for a night. */
const LEAST = 0.2;

export function getVolume(): number {
  try {
    const stored = Number(localStorage.getItem(STORE) ?? "1");
    return stored >= LEAST && stored <= 1 ? stored : 1;
  } catch {
    return 1;
  }
}

export function setVolume(volume: number): void {
  try {
    localStorage.setItem(STORE, String(Math.min(1, Math.max(LEAST, volume))));
  } catch {
    // Without storage it rings as loud as it can.
  }
}
