import { expect, test } from "vitest";
import { daysOfPreset, spanOf } from "./period";

const ZONE = "Europe/Berlin";
/** Half past midnight of 1 November in Berlin: still October in UTC. */
const NOW = Date.parse("2026-10-31T23:30:00Z");

test("presets are those of the services' zone", () => {
  const of = (preset: Parameters<typeof daysOfPreset>[0]) => {
    const { first, last } = daysOfPreset(preset, NOW, ZONE);
    return `${first} ${last}`;
  };
  expect(of("this_month")).toBe("2026-11-01 2026-11-30");
  expect(of("last_month")).toBe("2026-10-01 2026-10-31");
  expect(of("this_quarter")).toBe("2026-10-01 2026-12-31");
  expect(of("last_quarter")).toBe("2026-07-01 2026-09-30");
  expect(of("this_year")).toBe("2026-01-01 2026-12-31");
  expect(of("last_year")).toBe("2025-01-01 2025-12-31");
});

test("days are whole, over a clock change too", () => {
  expect(spanOf({ first: "2026-10-25", last: "2026-10-25" }, ZONE)).toEqual({
    from: Date.parse("2026-10-24T22:00:00Z"),
    until: Date.parse("2026-10-25T23:00:00Z"),
  });
  for (const [first, last] of [["2026-10-25", "2026-10-24"], ["", "2026-10-24"], ["2020-01-01", "2026-01-01"], ["2026-02-31x", "2026-03-01"]] as const)
    expect(spanOf({ first, last }, ZONE)).toBeNull();
});
