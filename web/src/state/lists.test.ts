import { expect, test } from "vitest";
import type { Colleague } from "../api/types";
import { askedSince, dutyLists, earlierConsults, inPickOrder, shownConsults } from "./lists";
import { person, summary } from "./samples";

const ids = (list: readonly { id: string }[]) => list.map((consult) => consult.id);
const waiting = { ringing: [], state: "unanswered" as const };

test("every open consult is in exactly one of a specialist's lists", () => {
  const me = person("me");
  const lists = dutyLists(
    [
      summary("offer", { state: "reporting", specialist: me, offer: { to: me, by: person("x"), at: 0, is_hand_over: true } }),
      summary("promised", { ...waiting, promised_by: me }),
      summary("queued", { ...waiting, queue: { since: 0, behind: [me], ahead: 0 } }),
      summary("missed", waiting),
      summary("rung"),
      summary("prealert", { state: "prealert", ringing: [] }),
      summary("report", { state: "reporting", specialist: me }),
      summary("mine", { state: "accepted", specialist: me }),
      summary("second", { state: "in_session", specialist: person("x"), participants: [{ person: me, part: "second_specialist", since: 0 }] }),
      summary("foreign", { state: "accepted", specialist: person("x") }),
      summary("closed", { state: "closed", specialist: me }),
    ],
    "me",
  );
  expect(Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, ids(list)]))).toEqual({
    offers: ["offer"],
    promised: ["promised"],
    queued: ["queued"],
    missed: ["missed"],
    prealerts: ["prealert"],
    reports: ["report"],
    mine: ["mine", "second"],
  });
});

test("a pre-alert's time is not the request's", () => {
  expect(askedSince(summary("a", { created_at: 1, requested_at: 9 }))).toBe(9);
  expect(askedSince(summary("a", { created_at: 1 }))).toBe(1);
});

test("earlier consults are those that I had, handed over or gave a second opinion on", () => {
  const me = person("me");
  const part = { person: me, part: "second_specialist" as const, since: 0 };
  const list = [
    summary("mine", { state: "closed", specialist: me, created_at: 1 }),
    summary("helped", { state: "cancelled", participants: [part], created_at: 2 }),
    summary("handedOver", { state: "accepted", specialist: person("x"), former: [me], created_at: 3 }),
    summary("open", { state: "reported", specialist: me }),
    summary("interpreted", { state: "closed", participants: [{ ...part, part: "interpreter" }] }),
    summary("foreign", { state: "closed", specialist: person("x") }),
  ];
  expect(ids(earlierConsults(list, "me", 9))).toEqual(["handedOver", "helped", "mine"]);
  expect(ids(earlierConsults(list, "me", 1))).toEqual(["handedOver"]);
});

test("who arrives first comes first, and who does not say when comes last", () => {
  const prealert = (id: string, eta: number | null) => summary(id, { state: "prealert", ringing: [], eta });
  const lists = dutyLists([prealert("unknown", null), prealert("later", 20), prealert("soon", 10)], "me");
  expect(ids(lists.prealerts)).toEqual(["soon", "later", "unknown"]);
});

test("on duty comes before off duty, free before busy, first duty before second", () => {
  const colleague = (id: string, more: Partial<Colleague>): Colleague => ({ person: person(id), busy: false, qualified: true, ...more });
  const order = inPickOrder([
    colleague("off", {}),
    colleague("second", { on_duty: "secondary" }),
    colleague("busy", { on_duty: "primary", busy: true }),
    colleague("first", { on_duty: "primary" }),
    colleague("offBusy", { busy: true }),
  ]);
  expect(order.map(({ person: { id } }) => id)).toEqual(["first", "second", "busy", "off", "offBusy"]);
});

test("closed consults show up only when all are asked for, the newest first", () => {
  const list = [summary("old", { created_at: 1, state: "closed" }), summary("open", { created_at: 2 }), summary("new", { created_at: 3, state: "cancelled" })];
  expect(ids(shownConsults(list, false, 10))).toEqual(["open"]);
  expect(ids(shownConsults(list, true, 2))).toEqual(["new", "open"]);
});
