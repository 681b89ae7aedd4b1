import { describe, expect, test } from "vitest";
import { formatDicomDate, formatElapsed, formatInstant, fromLocalInput, isoDuration, secondsLeft, toLocalInput } from "./time";

describe("a running clock", () => {
  test.each([
    [-5000, "0:00"],
    [0, "0:00"],
    [999, "0:00"],
    [59_999, "0:59"],
    [61_000, "1:01"],
    [3_599_000, "59:59"],
    [3_600_000, "1:00:00"],
    [90_061_000, "25:01:01"],
  ])("%i ms reads %s", (ms, text) => expect(formatElapsed(ms)).toBe(text));

  test("has a machine-readable duration", () => expect(isoDuration(3_725_000)).toBe("PT1H2M5S"));
});

test("seconds left are rounded up, so that 0 means over", () => {
  expect(secondsLeft(10_001, 0)).toBe(11);
  expect(secondsLeft(10_000, 0)).toBe(10);
  expect(secondsLeft(0, 1)).toBe(0);
});

test("an instant of another day carries its day, in the zone that was asked for", () => {
  const now = Date.UTC(2026, 10, 3, 23, 30);
  expect(formatInstant(now, now, "de-DE", "Europe/Berlin")).toBe("00:30");
  expect(formatInstant(now - 3_600_000, now, "de-DE", "Europe/Berlin")).toContain("23:30");
  expect(formatInstant(now - 3_600_000, now, "de-DE", "Europe/Berlin")).toContain("03.11.");
});

test("what the date field shows is what it gives back", () => {
  const at = new Date(2026, 10, 3, 2, 7).getTime();
  expect(toLocalInput(at)).toBe("2026-11-03T02:07");
  expect(fromLocalInput(toLocalInput(at))).toBe(at);
  expect(fromLocalInput("")).toBeNull();
  expect(fromLocalInput("x")).toBeNull();
});

test("a DICOM date is shown as a date, anything else as it is", () => {
  expect(formatDicomDate("20261103", "de-DE")).toBe("03.11.2026");
  expect(formatDicomDate("2026", "de-DE")).toBe("2026");
});
