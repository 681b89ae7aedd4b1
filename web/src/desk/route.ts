/** Where the desk is, as the part of its address behind `#`. Pure. */

export type DeskRoute = { page: "board" | "wall" | "reports" | "slots" } | { page: "directory"; house: string | undefined };

/** `#/wall`, `#/reports`, `#/slots`, `#/directory`, `#/directory/{house}`; anything else is the board. */
export function parseDeskRoute(hash: string): DeskRoute {
  const [page, item] = hash.replace(/^#?\/?/, "").split("/");
  if (page === "wall" || page === "reports" || page === "slots") return { page };
  if (page === "directory") return { page, house: item || undefined };
  return { page: "board" };
}
