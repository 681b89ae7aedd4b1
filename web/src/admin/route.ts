/** Where the administration is, as the part of its address behind `#`. Pure. */

export type Kind = "people" | "hospitals" | "networks" | "services" | "contracts" | "sessions";
export type Section = Exclude<Kind, "networks">;

export interface AdminRoute {
  kind: Kind;
  /** What is open in a dialog; `new` for one that does not exist yet. */
  item: string | null;
  /** `#/people/{id}/link`: the sign-in link of that person. */
  isLink: boolean;
}

const KINDS: readonly Kind[] = ["people", "hospitals", "networks", "services", "contracts", "sessions"];
const ITEM = /^(new|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** `#/{kind}`, `#/{kind}/new`, `#/{kind}/{id}`, `#/people/{id}/link`; anything else is the list of people. */
export function parseAdminRoute(hash: string): AdminRoute {
  const [first = "", item = "", tail = ""] = hash.replace(/^#?\/?/, "").split("/");
  const kind = KINDS.find((name) => name === first) ?? "people";
  const isItem = first === kind && ITEM.test(item);
  return { kind, item: isItem ? item : null, isLink: isItem && kind === "people" && tail === "link" };
}

/** Networks are shown together with their services. */
export const sectionOf = (kind: Kind): Section => (kind === "networks" ? "services" : kind);
