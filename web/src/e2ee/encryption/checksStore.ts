/** What this browser remembers of the people and the installation it has met. */

import type { Check } from "../words/checks";
import type { DeviceOf } from "./deviceStore";

export interface Remembered {
  readonly checks: readonly Check[];
  /** Consults in whose rooms the words did not agree when they were compared last; the newest first. */
  readonly differs: readonly string[];
}

export interface Kept<T> {
  read(): T;
  write(value: T): void;
}

export interface Memory {
  /** Whom this person has compared words with. Nobody else's is read or written in a stay of theirs. */
  checksOf(person: string): Kept<Remembered>;
  /** The installation's key, base64url: the same whoever signs in here. */
  readonly authority: Kept<string | undefined>;
}

export const NOTHING: Remembered = { checks: [], differs: [] };

const CHECKS: Readonly<Record<DeviceOf, string>> = { member: "telekonsil-checks", guest: "telekonsil-guest-checks" };
const AUTHORITY = "telekonsil-authority";

export function browserMemory(of: DeviceOf): Memory {
  return {
    checksOf: (person) => {
      takeOver(CHECKS[of], person);
      return new BrowserKept(`${CHECKS[of]}.${person}`, readChecks);
    },
    authority: new BrowserKept(AUTHORITY, readAuthority),
  };
}

/**
 * Earlier versions kept the checks and the installation's key in one entry, which said whose it was: what of it has not
 * been written since becomes this person's. Another one's waits for them.
 */
function takeOver(old: string, person: string): void {
  try {
    const text = localStorage.getItem(old);
    if (text === null) return;
    const json = JSON.parse(text) as { readonly owner?: unknown; readonly authority?: unknown };
    const fill = (name: string, value: unknown) => {
      if (localStorage.getItem(name) === null) localStorage.setItem(name, JSON.stringify(value));
    };
    if (isText(json.authority)) fill(AUTHORITY, json.authority);
    if ((json.owner ?? person) !== person) return;
    fill(`${old}.${person}`, readChecks(json));
    localStorage.removeItem(old);
  } catch {
    // Damaged, full or forbidden: as if there were none.
  }
}

/** Of everybody who was signed in here. The installation's key stays: it is nobody's. */
export function forgetChecks(of: DeviceOf): void {
  const isOf = (name: string) => name.startsWith(CHECKS[of]);
  for (const name of [...inPage.keys()]) if (isOf(name)) inPage.delete(name);
  try {
    const names = Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i) ?? "");
    for (const name of names) if (isOf(name)) localStorage.removeItem(name);
  } catch {
    // There are none.
  }
}

/** What was written, by name, where the browser keeps nothing. */
const inPage = new Map<string, string>();

/** As JSON in `localStorage`; where that refuses, as long as the page. */
class BrowserKept<T> implements Kept<T> {
  constructor(
    private readonly name: string,
    /** Takes what is not JSON of that form, or not there, as `undefined`. */
    private readonly from: (json: unknown) => T,
  ) {}

  read(): T {
    let text = inPage.get(this.name);
    try {
      text = localStorage.getItem(this.name) ?? undefined;
    } catch {
      // As it is in the page.
    }
    try {
      return this.from(text === undefined ? undefined : JSON.parse(text));
    } catch {
      return this.from(undefined);
    }
  }

  write(value: T): void {
    const text = JSON.stringify(value);
    inPage.set(this.name, text);
    try {
      localStorage.setItem(this.name, text);
    } catch {
      // Full or forbidden: the words have to be compared again the next time.
    }
  }
}

function readChecks(json: unknown): Remembered {
  if (typeof json !== "object" || json === null) return NOTHING;
  const { checks, differs } = json as Record<string, unknown>;
  return {
    checks: Array.isArray(checks) ? checks.filter(isCheck) : [],
    differs: Array.isArray(differs) ? differs.filter(isText) : [],
  };
}

function readAuthority(json: unknown): string | undefined {
  return isText(json) ? json : undefined;
}

const isText = (value: unknown): value is string => typeof value === "string";

function isCheck(value: unknown): value is Check {
  if (typeof value !== "object" || value === null) return false;
  const { person, key, at } = value as Record<string, unknown>;
  return isText(person) && isText(key) && typeof at === "number";
}
