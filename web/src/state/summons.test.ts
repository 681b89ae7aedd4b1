import { expect, test } from "vitest";
import type { ConsultSummary, Me, Role } from "../api/types";
import { person, summary } from "./samples";
import { answeredBy, bellOf, stillSeen, summonsOf } from "./summons";

const me = (id: string, roles: Role[] = ["specialist"], hospital_id = "centre") =>
  ({ person: { ...person(id), hospital_id }, roles }) as Me;
const kinds = (consult: ConsultSummary, who: Me) => summonsOf([consult], who).map(({ kind }) => kind);
const falk = person("falk");

test("an offer summons whom it is made to, by what it is", () => {
  const offer = (is_hand_over: boolean) =>
    summary("a", { state: "in_session", specialist: falk, offer: { to: person("me"), by: falk, at: 5, is_hand_over } });
  expect(kinds(offer(true), me("me"))).toEqual(["hand_over"]);
  expect(kinds(offer(false), me("me"))).toEqual(["assigned"]);
  expect(kinds(offer(true), me("falk"))).toEqual([]);
  expect(summonsOf([offer(true)], me("me"))[0]?.key).toBe("offer:a:5");
});

test("whoever is called in is summoned until they are in the room or the report is signed", () => {
  const part = { person: person("me"), part: "interpreter" as const, since: 7 };
  const called = (more: Partial<ConsultSummary>) => summary("a", { state: "accepted", participants: [part], ...more });
  expect(kinds(called({}), me("me"))).toEqual(["interpreter"]);
  expect(kinds(called({ in_room: [person("me")] }), me("me"))).toEqual([]);
  expect(kinds(called({ state: "reported" }), me("me"))).toEqual([]);
});

test("whoever came is not called again after leaving the talk, unless they are called in anew", () => {
  const called = (since: number, isInside: boolean) => {
    const part = { person: person("me"), part: "second_specialist" as const, since };
    return summary("a", { state: "in_session", specialist: falk, participants: [part], in_room: isInside ? [falk, person("me")] : [falk] });
  };
  const calls = (consult: ConsultSummary, known: string[]) =>
    summonsOf([consult], me("me")).filter(({ key }) => !known.includes(key)).length;
  expect(answeredBy([called(7, false)], "me")).toEqual([]);
  const answered = answeredBy([called(7, true)], "me");
  expect(calls(called(7, false), answered)).toBe(0);
  expect(calls(called(9, false), answered)).toBe(1);
  expect(answeredBy([called(7, true)], "falk")).toEqual([]);
});

test("a guest summons those who may let them in, while none of them is inside", () => {
  const waits = (more: Partial<ConsultSummary> = {}) =>
    summary("a", { state: "accepted", specialist: falk, waiting_guests: 1, ringing: [], ...more });
  const referrer = me("r", ["referrer"], "h");
  expect(kinds(waits(), me("falk"))).toEqual(["guests"]);
  expect(kinds(waits(), referrer)).toEqual(["guests"]);
  expect(kinds(waits(), me("other"))).toEqual([]);
  expect(kinds(waits(), me("r", ["coordinator"], "h"))).toEqual([]);
  expect(kinds(waits({ in_room: [falk] }), referrer)).toEqual([]);
  const interpreter = { ...person("i"), hospital_id: "elsewhere" };
  expect(kinds(waits({ in_room: [interpreter] }), referrer)).toEqual(["guests"]);
});

test("guests only chime, and nobody rings for nothing", () => {
  const guests = summonsOf([summary("a", { state: "accepted", specialist: falk, waiting_guests: 1 })], me("falk"));
  const offer = { to: falk, by: person("x"), at: 1, is_hand_over: true };
  const offered = summonsOf([summary("b", { state: "accepted", offer })], me("falk"));
  expect([bellOf([]), bellOf(guests), bellOf([...guests, ...offered])]).toEqual([null, "elective", "urgent"]);
});

test("a guest who comes after the last one has gone is a new one; an offer stays seen", () => {
  const guests = summonsOf([summary("a", { state: "accepted", specialist: falk, waiting_guests: 1 })], me("falk"));
  const seen = ["guests:a:1", "offer:b:5"];
  expect(stillSeen(seen, guests)).toEqual(seen);
  expect(stillSeen(seen, [])).toEqual(["offer:b:5"]);
});
