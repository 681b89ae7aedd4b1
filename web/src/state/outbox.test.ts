import { expect, test } from "vitest";
import { ApiError } from "../api/problem";
import { LIVES_MS, fateOf, isExpired, settled, shown, type QueuedAnswer } from "./outbox";

const queued = (over: Partial<QueuedAnswer> = {}): QueuedAnswer => ({
  ringId: "r",
  consultId: "c",
  answer: { type: "accept" },
  service: "Schlaganfall",
  hospital: "Kreisklinik",
  urgency: "emergency",
  phone: null,
  givenAt: 1000,
  fate: { state: "waiting" },
  ...over,
});

test("an answer that arrived is done, one that somebody else was faster with is late", () => {
  expect(fateOf(null, 5)).toEqual({ state: "done", at: 5 });
  const taken = new ApiError("already_taken", 409, null, "Dr. Falk");
  expect(fateOf(taken, 5)).toEqual({ state: "late", at: 5, by: "Dr. Falk" });
  expect(fateOf(new ApiError("not_rung", 409), 5)).toEqual({ state: "late", at: 5, by: null });
  expect(fateOf(new ApiError("invalid_field", 422), 5)).toEqual({ state: "refused", at: 5, code: "invalid_field" });
});

test("no network, a hotel's sign-in page and an ended session are waited out", () => {
  for (const error of [new ApiError("offline", 0), new ApiError("unknown", 200), new ApiError("not_signed_in", 401), new ApiError("unavailable", 503)])
    expect(fateOf(error, 5)).toEqual({ state: "waiting" });
});

test("nobody is made to accept a patient long after they pressed", () => {
  expect(isExpired(queued(), 1000 + LIVES_MS - 1)).toBe(false);
  expect(isExpired(queued(), 1000 + LIVES_MS)).toBe(true);
  expect(isExpired(queued({ fate: { state: "done", at: 1 } }), 1000 + LIVES_MS)).toBe(false);
});

test("what was written to a decline goes once it is sent", () => {
  const answer = { type: "decline" as const, reason: "other" as const, note: "im OP", ring_id: "r" };
  expect(settled(queued({ answer }), { state: "waiting" }).answer).toEqual(answer);
  expect(settled(queued({ answer }), { state: "done", at: 2 }).answer).toEqual({ ...answer, note: "" });
});

test("the newest is shown first, and yesterday's not at all", () => {
  const at = 100 * 3_600_000;
  const all = [queued({ ringId: "old", givenAt: 0 }), queued({ ringId: "a", givenAt: at - 2 }), queued({ ringId: "b", givenAt: at - 1 })];
  expect(shown(all, at).map(({ ringId }) => ringId)).toEqual(["b", "a"]);
});
