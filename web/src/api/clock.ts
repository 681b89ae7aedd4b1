/**
 * The server's time, as well as a browser can know it. Clocks of hospital PCs are minutes wrong now and then, and every
 * running clock on screen counts from an instant that the server set.
 */

/** Deviations below this are within the resolution of the `Date` header and the round trip. More would show clocks that
 * are wrong by it; less would make clocks jump with every answer. */
const TOLERANCE_MS = 2000;

let offset = 0;

/** Takes the `Date` header of an answer that was asked for at `sentAt` and came at `receivedAt` (local clock). */
export function learnServerTime(dateHeader: string | null, sentAt: number, receivedAt: number): void {
  if (dateHeader === null) return;
  const server = Date.parse(dateHeader);
  if (Number.isNaN(server) || receivedAt - sentAt > 5000) return;
  // The header is cut to whole seconds: its middle is half a second later.
  const measured = server + 500 - (sentAt + receivedAt) / 2;
  if (Math.abs(measured - offset) > TOLERANCE_MS) offset = Math.abs(measured) > TOLERANCE_MS ? measured : 0;
}

/** Now by the server's clock, in milliseconds since 1970. */
export function serverNow(): number {
  return Date.now() + offset;
}
