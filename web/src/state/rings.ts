/** The rings of one specialist: which one fills the screen, which wait. Pure; told the time. */

import type { ConsultSummary, Ring, Urgency } from "../api/types";
import { askedSince } from "./lists";

export interface RingItem {
  ring: Ring;
  summary: ConsultSummary;
}

export interface RingQueue {
  items: readonly RingItem[];
  /** Ids that are over. The server sends a ring at least once: a late repeat must not ring again. */
  over: readonly string[];
}

export const EMPTY_QUEUE: RingQueue = { items: [], over: [] };

/** Ids to remember. Repeats come within minutes; more than a night's rings is never needed. */
const REMEMBERED = 200;

/** Time after `until` for which a ring is still shown, for the network's delay and clocks that differ by a second. More
 * shows a ring that nobody can take any more; less takes it off the screen while the thumb is on its way. */
const GRACE_MS = 1500;

export type RingEvent =
  | { type: "rung"; item: RingItem }
  | { type: "ended"; ringId: string }
  /** A consult changed: a summary that says nobody is rung ends its rings. */
  | { type: "consult"; summary: ConsultSummary; me: string };

export function reduceRings(queue: RingQueue, event: RingEvent): RingQueue {
  switch (event.type) {
    case "rung": {
      const { ring } = event.item;
      if (queue.over.includes(ring.ring_id)) return queue;
      if (ring.outcome !== "ringing") return end(queue, [ring.ring_id]);
      const others = queue.items.filter((item) => item.ring.ring_id !== ring.ring_id);
      return { ...queue, items: [...others, event.item] };
    }
    case "ended":
      return end(queue, [event.ringId]);
    case "consult": {
      const isRung = event.summary.ringing.some((person) => person.id === event.me);
      const mine = queue.items.filter((item) => item.summary.id === event.summary.id && item.summary.seq <= event.summary.seq);
      if (mine.length === 0) return queue;
      if (!isRung) return end(queue, mine.map((item) => item.ring.ring_id));
      return {
        ...queue,
        items: queue.items.map((item) => (mine.includes(item) ? { ...item, summary: event.summary } : item)),
      };
    }
  }
}

function end(queue: RingQueue, ids: readonly string[]): RingQueue {
  if (ids.length === 0) return queue;
  return {
    items: queue.items.filter((item) => !ids.includes(item.ring.ring_id)),
    over: [...queue.over.filter((id) => !ids.includes(id)), ...ids].slice(-REMEMBERED),
  };
}

const WEIGHT: Record<Urgency, number> = { emergency: 0, urgent: 1, elective: 2 };

/** Those that ring at `now`: the most urgent first, then the one that has waited longest. */
export function ringingNow(queue: RingQueue, now: number): RingItem[] {
  return queue.items
    .filter((item) => item.ring.until + GRACE_MS > now)
    .toSorted(
      (a, b) =>
        WEIGHT[a.summary.urgency] - WEIGHT[b.summary.urgency] ||
        askedSince(a.summary) - askedSince(b.summary) ||
        a.ring.ring_id.localeCompare(b.ring.ring_id),
    );
}

/** Receipts still to be sent: `delivered` for every ring, `seen` once its screen is in sight. */
export function dueReceipts(
  items: readonly RingItem[],
  sent: ReadonlySet<string>,
  visibleRingId: string | null,
): { ringId: string; consultId: string; receipt: "delivered" | "seen" }[] {
  const due: { ringId: string; consultId: string; receipt: "delivered" | "seen" }[] = [];
  for (const { ring, summary } of items) {
    const ringId = ring.ring_id;
    if (!ring.delivered_at && !sent.has(`${ringId}:delivered`)) due.push({ ringId, consultId: summary.id, receipt: "delivered" });
    if (ringId === visibleRingId && !ring.seen_at && !sent.has(`${ringId}:seen`)) {
      due.push({ ringId, consultId: summary.id, receipt: "seen" });
    }
  }
  return due;
}
