import { expect, test } from "vitest";
import type { PushMessage } from "../api/types";
import { noteOf } from "./pushNote";

const ring: PushMessage = {
  type: "ring",
  ring_id: "r1",
  consult_id: "c1",
  service: "Schlaganfall-Neurologie",
  hospital: "Kreisklinik Nord",
  urgency: "emergency",
  eta: 5000,
  until: 60_000,
  receipt: "token",
  language: "de",
};
const time = (at: number) => `T${at}`;

test("a ring says who asks, how urgently, and when the patient comes", () => {
  const { title, options } = noteOf(ring, 1000, time);
  expect(title).toBe("Notfall · Schlaganfall-Neurologie");
  expect(options.body).toBe("Kreisklinik Nord\nEintreffen T5000\nTippen zum Antworten");
  expect(options).toMatchObject({ renotify: true, requireInteraction: true, silent: false, lang: "de" });
  expect(options.actions?.map(({ action }) => action)).toEqual(["accept", "in_five"]);
});

test("a repeat and the end replace the same notification", () => {
  const tag = noteOf(ring, 1000, time).options.tag;
  expect(noteOf({ ...ring, until: 90_000 }, 2000, time).options.tag).toBe(tag);
  expect(noteOf({ type: "ring_ended", ring_id: "r1", receipt: "t" }, 1000, time).options).toMatchObject({ tag, silent: true });
});

test("a ring that comes too late wakes nobody and offers nothing to press", () => {
  const { options } = noteOf(ring, 60_000, time);
  expect(options).toMatchObject({ silent: true, renotify: false, requireInteraction: false });
  expect(options.actions).toBeUndefined();
  expect(options.body).toContain("Der Ruf ist vorbei");
});

test("the language is the message's; one that is not known is German", () => {
  expect(noteOf({ ...ring, language: "en" }, 0, time).title).toBe("Emergency · Schlaganfall-Neurologie");
  expect(noteOf({ ...ring, language: "fr" }, 0, time).options.lang).toBe("de");
});
