/** Where the data-protection page is, as the part of its address behind `#`. Pure. */

import type { ConsultId } from "../api/types";

export type Section = "notices" | "glass" | "exports" | "access" | "retention";
export interface PrivacyRoute {
  section: Section;
  /** `#/access/{consult}`. */
  consult: ConsultId | null;
}

const SECTIONS: readonly Section[] = ["notices", "glass", "exports", "access", "retention"];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function parsePrivacyRoute(hash: string): PrivacyRoute {
  const [first = "", id = ""] = hash.replace(/^#?\/?/, "").split("/");
  const section = SECTIONS.find((name) => name === first) ?? "notices";
  return { section, consult: section === "access" && UUID.test(id) ? id : null };
}
