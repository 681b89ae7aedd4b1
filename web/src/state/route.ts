/** Where an app is, as the part of its address behind `#`. Pure. */

import type { ConsultId, Role } from "../api/types";

export type ReferRoute = { page: "list" } | { page: "new" } | { page: "consult"; id: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `#/` list, `#/new`, `#/consult/{id}`; anything else is the list. */
export function parseReferRoute(hash: string): ReferRoute {
  const parts = hash.replace(/^#?\/?/, "").split("/");
  if (parts[0] === "new") return { page: "new" };
  const id = parts[1];
  if (parts[0] === "consult" && id !== undefined && UUID.test(id)) return { page: "consult", id };
  return { page: "list" };
}

export function formatReferRoute(route: ReferRoute): string {
  switch (route.page) {
    case "list":
      return "#/";
    case "new":
      return "#/new";
    case "consult":
      return `#/consult/${route.id}`;
  }
}

/** `#/consult/{id}` of the coordinator's and the on-call page. */
export function parseConsultHash(hash: string): string | null {
  const route = parseReferRoute(hash);
  return route.page === "consult" ? route.id : null;
}

/** Where a consult is read that was opened by emergency access: on the page in sight, or on the one of the role. */
export function glassPath(pathname: string, roles: readonly Role[], id: ConsultId): string {
  const page = /^\/(refer|oncall)\//.exec(pathname)?.[1] ?? (roles.includes("specialist") ? "oncall" : "refer");
  return `/${page}/#/consult/${id}`;
}
