/** The wire format of server-sent events (HTML Standard § 9.2), without any IO. */

export interface ServerEvent {
  /** `""` when the stream gave none so far. */
  id: string;
  data: string;
}

/** Takes text in any pieces and returns the events that are complete. Comments (keep-alives) are swallowed. */
export class SseParser {
  private rest = "";
  private data: string[] = [];
  private id: string;

  constructor(lastEventId = "") {
    this.id = lastEventId;
  }

  /** Id of the last event; goes into `Last-Event-ID` of the next connection. */
  get lastEventId(): string {
    return this.id;
  }

  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (this.data.length > 0) events.push({ id: this.id, data: this.data.join("\n") });
        this.data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const name = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "data") this.data.push(value);
      else if (name === "id" && !value.includes("\0")) this.id = value;
    }
    return events;
  }

  /** A connection broke: what was half received is dropped, the id stays. */
  reset(): void {
    this.rest = "";
    this.data = [];
  }
}

/** First wait before a new attempt, and the longest. More keeps a ring from a doctor whose Wi-Fi came back; less makes
 * thousands of clients hit a server that has just started. */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;

/** Wait before attempt `n` (from 1): doubles, with up to 50 % taken off by `random` (0 ≤ random < 1). */
export function retryDelay(n: number, random: number): number {
  const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, n - 1));
  return Math.round(full * (1 - random / 2));
}
