import { expect, test } from "vitest";
import { destination } from "./next";

const ORIGIN = "http://referrer.localhost:8080";
const to = (next: string) => destination(`?next=${encodeURIComponent(next)}`, "/refer/", ORIGIN);

test("the page that asked for signing in gets its visitor back", () => {
  expect(to("/room/0193e4a0-0000-7000-8000-000000000001")).toBe("/room/0193e4a0-0000-7000-8000-000000000001");
  expect(to("/refer/#/new")).toBe("/refer/#/new");
});

test.each(["https://evil.example/refer/", "//evil.example/refer/", "/\\evil.example/refer/", "javascript:alert(1)", "/api/session", "/login"])(
  "%s leads home",
  (next) => expect(to(next)).toBe("/refer/"),
);
