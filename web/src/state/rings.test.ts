import { describe, expect, test } from "vitest";
import { dueReceipts, EMPTY_QUEUE, reduceRings, ringingNow, type RingEvent, type RingQueue } from "./rings";
import { ring, summary } from "./samples";

const run = (...events: RingEvent[]): RingQueue => events.reduce(reduceRings, EMPTY_QUEUE);
const rung = (id: string, consult = "c", more = {}): RingEvent => ({
  type: "rung",
  item: { ring: ring(id), summary: summary(consult, more) },
});
const ids = (queue: RingQueue, now = 0) => ringingNow(queue, now).map((item) => item.ring.ring_id);

describe("the ring queue", () => {
  test("a repeat of a ring rings once", () => expect(ids(run(rung("a"), rung("a")))).toEqual(["a"]));

  test("a repeat that comes after the end does not ring again", () => {
    expect(ids(run(rung("a"), { type: "ended", ringId: "a" }, rung("a")))).toEqual([]);
  });

  test("an end that overtakes its ring keeps it silent", () => {
    expect(ids(run({ type: "ended", ringId: "a" }, rung("a")))).toEqual([]);
  });

  test("a ring that is already answered does not ring", () => {
    const answered: RingEvent = { type: "rung", item: { ring: ring("a", { outcome: "timed_out" }), summary: summary("c") } };
    expect(ids(run(rung("a"), answered))).toEqual([]);
    expect(ids(run(answered, rung("a")))).toEqual([]);
  });

  test("a ring falls silent by itself when its time is over", () => {
    const queue = run(rung("a"));
    expect(ids(queue, 31_000)).toEqual(["a"]);
    expect(ids(queue, 31_500)).toEqual([]);
  });

  test("the most urgent comes first, then the one that has waited longest", () => {
    const queue = run(
      rung("later", "1", { created_at: 20 }),
      rung("elective", "2", { urgency: "elective", created_at: 1 }),
      rung("first", "3", { created_at: 10 }),
      rung("urgent", "4", { urgency: "urgent", created_at: 5 }),
    );
    expect(ids(queue)).toEqual(["first", "later", "urgent", "elective"]);
  });

  test("a consult in which nobody is rung any more ends its rings, an older summary does not", () => {
    const gone = (seq: number): RingEvent => ({ type: "consult", summary: summary("c", { ringing: [], seq }), me: "me" });
    expect(ids(run(rung("a", "c", { seq: 5 }), gone(6)))).toEqual([]);
    expect(ids(run(rung("a", "c", { seq: 5 }), gone(4)))).toEqual(["a"]);
    expect(ids(run(rung("a", "c", { seq: 5 }), rung("b", "d", { seq: 1 }), gone(6)))).toEqual(["b"]);
  });

  test("a new ring of the same consult rings although the last one is over", () => {
    expect(ids(run(rung("a"), { type: "ended", ringId: "a" }, rung("b")))).toEqual(["b"]);
  });
});

describe("receipts", () => {
  const items = run(rung("a"), rung("b", "d")).items;

  test("every ring is reported as delivered, only the one in sight as seen", () => {
    expect(dueReceipts(items, new Set(), "a").map((due) => `${due.ringId}:${due.receipt}`)).toEqual([
      "a:delivered",
      "a:seen",
      "b:delivered",
    ]);
  });

  test("nothing is reported twice, and nothing as seen while the page is hidden", () => {
    expect(dueReceipts(items, new Set(["a:delivered", "b:delivered"]), null)).toEqual([]);
  });
});
