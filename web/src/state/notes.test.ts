import { expect, test } from "vitest";
import { notesOf, readsThroughGlass } from "./notes";
import { person, summary } from "./samples";

const texts = (...args: Parameters<typeof notesOf>) => notesOf(...args).map((note) => note.text);

test("a consult of which nothing is to be said has no notes", () => {
  expect(notesOf(summary("a"), "me")).toEqual([]);
});

test("who waits for whom is said with the names and since when", () => {
  const queue = { since: 5, behind: [person("falk"), person("roth")], ahead: 1 };
  expect(notesOf(summary("a", { queue }), null)).toEqual([
    { text: "queued", values: { names: "Dr. falk, Dr. roth", count: 2 }, tone: "warn", since: 5, ahead: 1 },
  ]);
});

test("the coordinator reads another sentence than the others", () => {
  const consult = summary("a", { taken_over_by: person("kern") });
  expect(texts(consult, "kern")).toEqual(["takenOverByMe"]);
  expect(texts(consult, "me")).toEqual(["takenOver"]);
});

test("an offer is told by who made it and to whom", () => {
  const offer = { to: person("roth"), by: person("falk"), at: 1, is_hand_over: true };
  expect(texts(summary("a", { offer }), "falk")).toEqual(["offeredHandOver"]);
  expect(texts(summary("a", { offer }), "roth")).toEqual(["offeredToMe"]);
  expect(texts(summary("a", { offer: { ...offer, is_hand_over: false } }), "me")).toEqual(["offeredByDesk"]);
});

test("open questions and waiting guests come last", () => {
  const consult = summary("a", { taken_over_by: person("k"), asked_for_more: true, waiting_guests: 2 });
  expect(texts(consult, null)).toEqual(["takenOver", "asked", "guests"]);
});

test("only who is outside of the team reads through broken glass", () => {
  const me = { ...person("me"), hospital_id: "other" };
  const entry = { seq: 1, at: 1, what: { type: "glass_broken" as const, person: me } };
  expect(readsThroughGlass(summary("a"), [entry], me)).toBe(true);
  expect(readsThroughGlass(summary("a"), [], me)).toBe(false);
  expect(readsThroughGlass(summary("a", { specialist: me }), [entry], me)).toBe(false);
  expect(readsThroughGlass(summary("a"), [entry], person("me"))).toBe(false);
});
