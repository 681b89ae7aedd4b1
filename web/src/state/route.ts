/** Where an app is, as the part of its address behind `#`. Pure. */

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
