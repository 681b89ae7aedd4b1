import { expect, it } from "vitest";
import { Silence } from "./silence";

/** Readings a second apart: what has come in since the last one, `+` media, `.` checks alone, `_` nothing. */
function judged(readings: string, silence = new Silence()): string {
  let [bytes, checks] = [0, 0];
  silence.at(0, { bytes, checks });
  return [...readings]
    .map((came, i) => {
      if (came === "+") bytes += 1000;
      if (came === ".") checks += 1;
      return silence.at((i + 1) * 1000, { bytes, checks }) ? "!" : " ";
    })
    .join("");
}

it("tells two seconds after the last packet, until something comes again", () => {
  expect(judged("+++++___+")).toBe("      !! ");
  expect(judged("+++++___.")).toBe("      !! ");
});

it("takes a missed second for nothing", () => {
  expect(judged("+++_+++_+++").trim()).toBe("");
});

it("knows that nobody may be sending anything", () => {
  // Checks go on every two seconds or so; the picture had been switched off.
  expect(judged("+++++.__.__._").trim()).toBe("");
  expect(judged("__________").trim()).toBe("");
});

it("believes that nothing is wrong after the page has slept", () => {
  const silence = new Silence();
  for (let at = 0; at < 6_000; at += 1_000) silence.at(at, { bytes: at, checks: 0 });
  expect(silence.at(60_000, { bytes: 5_000, checks: 0 })).toBe(false);
  expect(silence.at(61_000, { bytes: 5_000, checks: 0 })).toBe(false);
  expect(silence.at(62_000, { bytes: 5_000, checks: 0 })).toBe(false);
});

it("does not mind a path that is closed and takes its count along", () => {
  const silence = new Silence();
  for (let at = 0; at < 6_000; at += 1_000) silence.at(at, { bytes: at, checks: 0 });
  expect(silence.at(6_000, { bytes: 100, checks: 0 })).toBe(false);
});
