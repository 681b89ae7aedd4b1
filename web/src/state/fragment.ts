/**
 * The token behind `#` of a link that works once. The fragment never reaches a server's log; it leaves the address bar
 * at once, so that neither history nor a photograph of the screen keeps it.
 */

/** What the fragment holds, if it looks like a token. */
export function tokenOf(hash: string): string | undefined {
  return /^#\/?([A-Za-z0-9_-]{16,128})$/.exec(hash)?.[1];
}

/** Takes the token out of the address. */
export function takeToken(): string | undefined {
  const token = tokenOf(location.hash);
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  return token;
}
