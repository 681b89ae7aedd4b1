/** What this browser remembers of the people and the installation it has met. */

import type { Check } from "../words/checks";

export interface Remembered {
  readonly checks: readonly Check[];
  /** The installation's key, base64url. */
  readonly authority: string | undefined;
}

export interface ChecksStore {
  read(): Remembered;
  write(remembered: Remembered): void;
}

const NAME = "telekonsil-checks";
const NOTHING: Remembered = { checks: [], authority: undefined };

/** In `localStorage`. Without it, or with something else in it, everybody is new. */
export const checksStore: ChecksStore = {
  read() {
    try {
      return parse(localStorage.getItem(NAME));
    } catch {
      return NOTHING;
    }
  },
  write(remembered) {
    try {
      localStorage.setItem(NAME, JSON.stringify(remembered));
    } catch {
      // Full or forbidden: the words have to be compared again the next time.
    }
  },
};

/** They are whose who compared the words, not the next one's who signs in here. */
export function forgetChecks(): void {
  try {
    localStorage.removeItem(NAME);
  } catch {
    // There are none.
  }
}

export function parse(text: string | null): Remembered {
  if (text === null) return NOTHING;
  try {
    const { checks, authority } = JSON.parse(text) as { checks?: unknown; authority?: unknown };
    return {
      checks: Array.isArray(checks) ? checks.filter(isCheck) : [],
      authority: typeof authority === "string" ? authority : undefined,
    };
  } catch {
    return NOTHING;
  }
}

function isCheck(value: unknown): value is Check {
  if (typeof value !== "object" || value === null) return false;
  const { person, key, at } = value as Record<string, unknown>;
  return typeof person === "string" && typeof key === "string" && typeof at === "number";
}
