import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";
import { ring, summary } from "../state/samples";
import { applyEvent, forget, keys, merge } from "./query";
import type { ConsultSummary, LiveEvent } from "./types";

const ALL = {
  me: keys.me,
  services: keys.services,
  board: keys.board,
  duties: keys.duties,
  inbox: keys.inbox,
  consults: keys.consults,
  allConsults: keys.allConsults,
  consult: keys.consult("c"),
  otherConsult: keys.consult("d"),
  match: keys.match("c"),
  privacy: [...keys.privacy, "exports"],
};
type Name = keyof typeof ALL;

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
  for (const key of Object.values(ALL)) client.setQueryData(key, []);
});

const stale = () =>
  (Object.keys(ALL) as Name[]).filter((name) => client.getQueryState(ALL[name])?.isInvalidated).toSorted();
const after = (event: LiveEvent) => {
  applyEvent(client, event);
  return stale();
};
const changed = summary("c", { seq: 2 });

test("after a hello everything is read again: anything may have been missed", () => {
  expect(after({ type: "hello" })).toEqual(Object.keys(ALL).toSorted());
});

test.each<[LiveEvent, Name[]]>([
  [{ type: "consult", summary: changed }, ["board", "consult", "match"]],
  [{ type: "ring", ring: ring("r"), summary: changed }, ["board", "consult", "match"]],
  [{ type: "study_progress", consult_id: "c" }, ["consult", "inbox"]],
  [{ type: "guest_waits", consult_id: "c", guest_id: "g" }, ["consult"]],
  [{ type: "notice" }, ["privacy"]],
  [{ type: "board" }, ["board", "duties", "services"]],
])("what hangs on %o is read again, and nothing else", (event, names) => expect(after(event)).toEqual(names));

test.each([
  ["is still seen", [summary("c")], ["allConsults", "consult", "consults"]],
  ["was declined, here or in another tab", [summary("d")], ["allConsults", "consults"]],
])("when a ring has ended the list is read first: a consult that %s", async (_, list, names) => {
  client.setQueryData(keys.consults, list);
  applyEvent(client, { type: "ring_ended", consult_id: "c", ring_id: "r" });
  await vi.waitFor(() => expect(stale()).toEqual(names));
});

test("a consult that was declined is in no list and not asked for again", () => {
  client.setQueryData(keys.consults, [summary("c"), summary("d")]);
  forget(client, "c");
  expect(client.getQueryData<ConsultSummary[]>(keys.consults)?.map(({ id }) => id)).toEqual(["d"]);
  expect(client.getQueryState(keys.consult("c"))).toBeUndefined();
  expect(stale()).toEqual(["allConsults", "consults"]);
});

test("a consult that changed is in the lists at once, without a request", () => {
  client.setQueryData(keys.consults, [summary("c"), summary("d")]);
  applyEvent(client, { type: "consult", summary: summary("c", { seq: 2, waiting_guests: 1 }) });
  const waiting = (key: readonly string[]) =>
    client.getQueryData<ConsultSummary[]>(key)?.map(({ id, waiting_guests }) => [id, waiting_guests]);
  expect(waiting(keys.consults)).toEqual([["c", 1], ["d", 0]]);
  expect(waiting(keys.allConsults)).toEqual([["c", 1]]);
});

test("an event that comes late does not turn a list back, and a list that nobody read stays unread", () => {
  const newer = [summary("c", { seq: 3 })];
  expect(merge(newer, changed)).toBe(newer);
  expect(merge(undefined, changed)).toBeUndefined();
});
