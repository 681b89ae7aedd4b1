import { useEffect, useReducer, useRef, useSyncExternalStore } from "react";
import { api } from "../api/client";
import { useEvents } from "../api/events";
import { asApiError } from "../api/problem";
import type { ConsultId, Ring, RingId } from "../api/types";
import { EMPTY_QUEUE, dueReceipts, reduceRings, ringingNow, type RingItem } from "../state/rings";
import { onWorkerMessage } from "../device/registration";
import { useNow } from "../ui";

function subscribeVisibility(listener: () => void) {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}

export interface Rings {
  /** The most urgent first. */
  items: RingItem[];
  /** Takes a ring off the screen: it was answered here. */
  settle: (ringId: RingId) => void;
}

/** Everything that rings for `me` now; sends the receipts. */
export function useRings(me: string | undefined): Rings {
  const [queue, dispatch] = useReducer(reduceRings, EMPTY_QUEUE);
  const latest = useRef(queue);
  useEffect(() => {
    latest.current = queue;
  });

  // What rang while nobody listened: after (re)connecting, and when the phone wakes up.
  const reconcile = async () => {
    if (me === undefined) return;
    try {
      const consults = await api.consults();
      const ids = new Set<ConsultId>(latest.current.items.map((item) => item.summary.id));
      for (const consult of consults) if (consult.ringing.some((person) => person.id === me)) ids.add(consult.id);
      await Promise.all([...ids].map((id) => look(id, me)));
    } catch {
      // The connection banner speaks for it; the next hello tries again.
    }
  };
  const look = async (id: ConsultId, person: string) => {
    try {
      const detail = await api.consult(id);
      for (const ring of detail.rings) {
        if (ring.person.id === person) dispatch({ type: "rung", item: { ring, summary: detail.summary } });
      }
    } catch (error) {
      const code = asApiError(error)?.code;
      if (code !== "not_found" && code !== "forbidden") return;
      for (const item of latest.current.items) {
        if (item.summary.id === id) dispatch({ type: "ended", ringId: item.ring.ring_id });
      }
    }
  };

  useEvents(
    (event) => {
      if (event.type === "ring") dispatch({ type: "rung", item: { ring: event.ring, summary: event.summary } });
      else if (event.type === "ring_ended") dispatch({ type: "ended", ringId: event.ring_id });
      else if (event.type === "consult" && me !== undefined) dispatch({ type: "consult", summary: event.summary, me });
      else if (event.type === "hello") void reconcile();
    },
    { exclusive: true },
  );

  const isVisible = useSyncExternalStore(subscribeVisibility, () => document.visibilityState === "visible");
  const reconcileLatest = useRef(reconcile);
  useEffect(() => {
    reconcileLatest.current = reconcile;
  });
  useEffect(() => {
    if (isVisible) void reconcileLatest.current();
  }, [isVisible, me]);

  // A push came through although the stream did not: look what it is about.
  useEffect(() => onWorkerMessage((message) => message.type === "pushed" && void reconcileLatest.current()), []);

  const items = ringingNow(queue, useNow());
  useReceipts(items, isVisible ? (items[0]?.ring.ring_id ?? null) : null);
  return { items, settle: (ringId) => dispatch({ type: "ended", ringId }) };
}

/** Tells the server that a ring has reached this device and that its screen is in sight. */
function useReceipts(items: readonly RingItem[], visibleRingId: Ring["ring_id"] | null) {
  const sent = useRef(new Set<string>());
  useEffect(() => {
    for (const { ringId, consultId, receipt } of dueReceipts(items, sent.current, visibleRingId)) {
      const key = `${ringId}:${receipt}`;
      sent.current.add(key);
      api.act(consultId, { type: "ring_receipt", ring_id: ringId, receipt }).catch((error: unknown) => {
        // Not arrived: with the next tick of the clock. Refused: the ring is over.
        if (asApiError(error)?.isTransient) sent.current.delete(key);
      });
    }
  });
}
