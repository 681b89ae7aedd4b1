/**
 * Where to go after signing in: the page that asked for it, if it is one of ours, else the person's own page. Only paths
 * of this origin count, so that a link cannot lead away (open redirect).
 */
export function destination(search: string, home: string, origin: string): string {
  const next = new URLSearchParams(search).get("next");
  if (next === null || !next.startsWith("/")) return home;
  let url: URL;
  try {
    url = new URL(next, origin);
  } catch {
    return home;
  }
  const isOurs = url.origin === origin && /^\/(refer|oncall|desk|room|admin|privacy)\//.test(url.pathname);
  return isOurs ? url.pathname + url.search + url.hash : home;
}
