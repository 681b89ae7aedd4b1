/** When this page last heard from the server, by the device's own clock: whoever waits to be rung must see that nobody can. */

let at: number | null = null;

/** An answer, or a piece of the event stream, has come. */
export function heard(now: number = Date.now()): void {
  at = now;
}

/** `null`: not yet since the page was opened. */
export const lastContact = (): number | null => at;

/** Known from the last time that the page was open. */
export function heardBefore(then: number): void {
  at ??= then;
}
