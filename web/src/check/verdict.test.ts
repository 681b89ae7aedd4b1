import { describe, expect, it } from "vitest";
import type { Received, Sample, Sent } from "../rtc/stats";
import { measuredOf, verdictOf, type Findings, type Measured } from "./verdict";

const direct = { protocol: "udp", relay: undefined, local: "host", remote: "host", rtt: 20, availableOut: 2e6 } as const;
const fine: Measured = {
  path: direct,
  rtt: 20,
  lossUp: 0,
  lossDown: 0,
  jitter: 5,
  up: 2e6,
  down: 1e6,
  hasPicture: true,
};
const all: Findings = { camera: "ok", microphone: "ok", speaker: "ok", path: { state: "measured", measured: fine } };
const measured = (more: Partial<Measured>) => verdictOf({ ...all, path: { state: "measured", measured: { ...fine, ...more } } });

describe("the verdict", () => {
  it("is good when everything was tried and nothing found", () => {
    expect(verdictOf(all)).toEqual({ level: "good", advice: [] });
    expect(verdictOf({ ...all, camera: "off" })).toEqual({ level: "good", advice: [] });
  });

  it.each(["camera", "microphone", "speaker", "path"] as const)("is not given before the %s was tried", (what) => {
    expect(verdictOf({ ...all, [what]: undefined }).level).toBeUndefined();
  });

  it("needs a voice and ears; a picture would be nice", () => {
    expect(verdictOf({ ...all, camera: "denied" })).toEqual({ level: "weak", advice: ["camera"] });
    expect(verdictOf({ ...all, microphone: "silent" })).toEqual({ level: "lost", advice: ["silent"] });
    expect(verdictOf({ ...all, microphone: "off" })).toEqual({ level: "lost", advice: ["microphone"] });
    expect(verdictOf({ ...all, speaker: "silent" })).toEqual({ level: "lost", advice: ["speaker"] });
  });

  it("says bad news at once", () => {
    expect(verdictOf({ camera: undefined, microphone: undefined, speaker: undefined, path: { state: "blocked" } })).toEqual({
      level: "lost",
      advice: ["blocked"],
    });
  });

  it("does not call a path good that was not tried", () => {
    expect(verdictOf({ ...all, path: { state: "unavailable" } })).toEqual({ level: undefined, advice: ["unavailable"] });
  });

  it.each([
    [{ lossUp: 0.05 }, "weak", "loss"],
    [{ lossDown: 0.3 }, "lost", "loss"],
    [{ up: 300_000 }, "weak", "slow_up"],
    [{ up: 60_000 }, "lost", "slow_up"],
    [{ rtt: 450 }, "weak", "delay"],
    [{ hasPicture: false }, "lost", "no_picture"],
    [{ path: { ...direct, protocol: "tcp" } }, "good", "not_udp"],
    [{ path: { ...direct, relay: "tls" } }, "good", "not_udp"],
  ] as const)("of %j is %s", (more, level, advice) => {
    expect(measured(more)).toEqual({ level, advice: [advice] });
  });

  it("is fine by a relay over UDP", () => {
    expect(measured({ path: { ...direct, relay: "udp" } }).advice).toEqual([]);
  });
});

describe("what was measured", () => {
  const sent = (rate: number, loss: number | undefined, more: object = {}) =>
    ({ kind: "video", isActive: true, rate, loss, ...more }) as unknown as Sent;
  const line = (rate: number, loss: number, more: object = {}) =>
    ({ kind: "video", rate, loss, jitter: 4, frames: 0, ...more }) as unknown as Received;
  const up = (rtt: number, availableOut: number | undefined, ...layers: Sent[]): Sample => ({
    at: 0,
    path: { ...direct, rtt, availableOut },
    sent: layers,
    received: [],
  });
  const down = (...lines: Received[]): Sample => ({ at: 0, path: direct, sent: [], received: lines });

  it("is the middle of the delays, the mean of the losses, and the last estimate", () => {
    const sends = [up(90, 3e5, sent(1e5, 0)), up(20, 8e5, sent(2e5, 0.1)), up(30, 1e6, sent(3e5, 0.2))];
    sends.push(up(30, 1e6, sent(4e4, 0.9, { kind: "audio" })));
    const comes = [down(line(1e5, 0)), down(line(4e5, 0.5, { frames: 9 }))];
    expect(measuredOf(sends, comes)).toMatchObject({ rtt: 30, lossDown: 0.25, up: 1e6, down: 4e5, hasPicture: true });
    expect(measuredOf(sends, comes).lossUp).toBeCloseTo(0.1);
  });

  it("is what was sent where the browser has no estimate, and nothing where nothing was", () => {
    expect(measuredOf([up(5, undefined, sent(1e5, 0), sent(2e5, 0))], []).up).toBe(3e5);
    expect(measuredOf([], [])).toEqual({
      path: undefined,
      rtt: undefined,
      lossUp: undefined,
      lossDown: undefined,
      jitter: undefined,
      up: undefined,
      down: 0,
      hasPicture: false,
    });
  });
});
