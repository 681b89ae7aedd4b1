/**
 * The app without a network: its page and what belongs to it, nothing else. No answer of the API is ever kept here, so
 * that no patient's data stay on a phone.
 *
 * The page itself comes from the network where there is one, so that a new version is there at the next opening; its
 * files carry a hash of their content in their names, and are taken from here.
 */

/// <reference lib="webworker" />

declare const __SHELL__: { readonly version: string; readonly files: readonly string[] };

/** Written in by the build. */
const SHELL = __SHELL__;

const PREFIX = "telekonsil-oncall-";
const CACHE = PREFIX + SHELL.version;
/** Where the list of versions is kept, the newest last. */
const VERSIONS = "telekonsil-oncall";
const PAGE = "/oncall/";
/** Versions kept: a page that is open goes on loading parts of its own. More fills the phone, less breaks a page that was
 * open during two updates. */
const KEPT = 2;
/** How long an opening waits for the network. More keeps somebody waiting who was rung at the edge of the network; less
 * shows the older version on a slow line. */
const PATIENCE_MS = 2000;

export async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Past the HTTP cache: a page that was kept there may belong to the version before.
  await cache.addAll([PAGE, ...SHELL.files].map((url) => new Request(url, { cache: url === PAGE ? "reload" : "default" })));
  const list = await caches.open(VERSIONS);
  const known = await versions();
  await list.put("/versions", Response.json([...known.filter((name) => name !== CACHE), CACHE]));
}

export async function tidy(): Promise<void> {
  const kept = (await versions()).slice(-KEPT);
  const list = await caches.open(VERSIONS);
  await list.put("/versions", Response.json(kept));
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && !kept.includes(name)).map((name) => caches.delete(name)));
}

async function versions(): Promise<string[]> {
  const answer = await caches.match("/versions", { cacheName: VERSIONS });
  return answer ? ((await answer.json()) as string[]) : [];
}

export const isOfThisVersion = (script: string): boolean => SHELL.files.includes(script);

/** What is answered from here; `undefined` for everything that is none of this worker's business. */
export function answer(request: Request): Promise<Response> | undefined {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return undefined;
  if (request.mode === "navigate") return url.pathname === PAGE ? page(request) : undefined;
  return SHELL.files.includes(url.pathname) || url.pathname.startsWith("/assets/") ? file(request) : undefined;
}

async function page(request: Request): Promise<Response> {
  const kept = () => caches.match(PAGE, { cacheName: CACHE });
  const fresh = fetch(request).then((found) => (found.ok || found.type === "opaqueredirect" ? found : undefined));
  const patience = new Promise<undefined>((done) => setTimeout(done, PATIENCE_MS));
  const first = await Promise.race([fresh, patience]).catch(() => undefined);
  return first ?? (await kept()) ?? fetch(request);
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}
