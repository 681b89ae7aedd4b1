/** Where the on-call app is, as the part of its address behind `#`. Pure. */

import { parseConsultHash } from "./route";

export const PAGES = ["device", "self-test", "contacts", "call-outs"] as const;
export type OncallRoute = { page: "home" } | { page: "consult"; id: string } | { page: (typeof PAGES)[number] };

export function parseOncallRoute(hash: string): OncallRoute {
  const id = parseConsultHash(hash);
  if (id !== null) return { page: "consult", id };
  const page = PAGES.find((name) => hash.replace(/^#?\/?/, "") === name);
  return page === undefined ? { page: "home" } : { page };
}
