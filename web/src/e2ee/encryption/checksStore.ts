/** What this browser remembers of the people and the installation it has met. */

import type { Check } from "../words/checks";
import type { DeviceOf } from "./deviceStore";

export interface Remembered {
  readonly checks: readonly Check[];
  /** The installation's key, base64url. */
  readonly authority: string | undefined;
  /** Consults in whose rooms the words did not agree when they were compared last; the newest first. */
  readonly differs: readonly string[];
  /** Whose memory this is: the person's id. */
  readonly owner: string | undefined;
}

export interface ChecksStore {
  read(): Remembered;
  write(remembered: Remembered): void;
}

export const NOTHING: Remembered = { checks: [], authority: undefined, differs: [], owner: undefined };

/** In `localStorage`; where that refuses, as long as the page. With something else in it everybody is new. */
export class BrowserChecks implements ChecksStore {
  private kept = NOTHING;

  constructor(private readonly name: string) {}

  read(): Remembered {
    try {
      return parse(localStorage.getItem(this.name));
    } catch {
      return this.kept;
    }
  }

  write(remembered: Remembered): void {
    this.kept = remembered;
    try {
      localStorage.setItem(this.name, JSON.stringify(remembered));
    } catch {
      // Full or forbidden: the words have to be compared again the next time.
    }
  }

  forget(): void {
    this.kept = NOTHING;
    try {
      localStorage.removeItem(this.name);
    } catch {
      // There are none.
    }
  }

  /** They are whose who compared the words, not the next one's who signs in here. */
  claim(owner: string): void {
    const remembered = this.read();
    if (remembered.owner === owner) return;
    this.write({ ...(remembered.owner === undefined ? remembered : NOTHING), owner });
  }
}

export const checksOf: Readonly<Record<DeviceOf, BrowserChecks>> = {
  member: new BrowserChecks("telekonsil-checks"),
  guest: new BrowserChecks("telekonsil-guest-checks"),
};

export function parse(text: string | null): Remembered {
  if (text === null) return NOTHING;
  try {
    const { checks, authority, differs, owner } = JSON.parse(text) as Record<keyof Remembered, unknown>;
    return {
      checks: Array.isArray(checks) ? checks.filter(isCheck) : [],
      authority: isText(authority) ? authority : undefined,
      differs: Array.isArray(differs) ? differs.filter(isText) : [],
      owner: isText(owner) ? owner : undefined,
    };
  } catch {
    return NOTHING;
  }
}

const isText = (value: unknown): value is string => typeof value === "string";

function isCheck(value: unknown): value is Check {
  if (typeof value !== "object" || value === null) return false;
  const { person, key, at } = value as Record<string, unknown>;
  return isText(person) && isText(key) && typeof at === "number";
}
