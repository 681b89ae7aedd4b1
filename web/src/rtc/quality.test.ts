import { describe, expect, it } from "vitest";
import { isBadHere, ownQuality, PAUSED_AFTER, qualityOfOther, Stillness } from "./quality";
import type { Received, Sample, Sent } from "./stats";

const line = (more: Partial<Received> = {}): Received => ({
  mid: "3",
  kind: "audio",
  codec: "audio/opus",
  rate: 40_000,
  loss: 0,
  jitter: 10,
  concealed: 0,
  width: 0,
  height: 0,
  frameRate: 0,
  frames: 0,
  freezes: 0,
  ...more,
});
const layer = (more: Partial<Sent> = {}): Sent => ({
  mid: "1",
  kind: "video",
  rid: "f",
  codec: "video/VP8",
  isActive: true,
  rate: 500_000,
  loss: 0,
  rtt: 30,
  width: 960,
  height: 540,
  frameRate: 30,
  limitedBy: "none",
  keyFrameRequests: 0,
  nacks: 0,
  ...more,
});
const sample = (sent: Sent[], received: Received[] = [], rtt = 30): Sample => ({
  at: 0,
  path: { protocol: "udp", relay: undefined, local: "host", remote: "host", rtt, availableOut: undefined },
  sent,
  received,
});
const good = { level: "good", reason: "none" };

describe("somebody else", () => {
  const other = (more: object) => qualityOfOther({ isConnected: true, told: undefined, lines: [line()], ...more }, false);

  it("is good when nothing is wrong, and also when they say nothing", () => {
    expect(other({})).toEqual(good);
    expect(other({ lines: [] })).toEqual(good);
    expect(other({ lines: [line({ rate: 0, jitter: 900 })] })).toEqual(good);
  });

  it("is lost while they are away", () => {
    expect(other({ isConnected: false })).toEqual({ level: "lost", reason: "away" });
  });

  it.each([
    ["their_uplink", "their_uplink"],
    ["your_downlink", "your_downlink"],
    ["server", "server"],
    ["none", "unknown"],
  ] as const)("has the cause %s that the server found", (cause, reason) => {
    expect(other({ told: { member: 2, level: "weak", cause } })).toEqual({ level: "weak", reason });
  });

  it("is what is heard here when the server notices nothing", () => {
    expect(other({ lines: [line({ loss: 0.08 })] })).toEqual({ level: "weak", reason: "unknown" });
    expect(other({ lines: [line({ concealed: 0.2 })] }).level).toBe("weak");
    expect(other({ lines: [line({ jitter: 120 })] }).level).toBe("weak");
    expect(other({ lines: [line(), line({ loss: 0.7 })] }).level).toBe("lost");
  });

  it("is not to blame when most of them are bad here", () => {
    const bad = [line({ loss: 0.1 })];
    expect(isBadHere([bad, bad, [line()]])).toBe(true);
    expect(isBadHere([bad, [line()]])).toBe(false);
    expect(isBadHere([bad, []]), "one alone says nothing").toBe(false);
    expect(qualityOfOther({ isConnected: true, told: undefined, lines: bad }, true).reason).toBe("your_downlink");
  });
});

describe("oneself", () => {
  it("is good with a line that carries all layers", () => {
    expect(ownQuality(true, undefined, sample([layer()], [line()]))).toEqual(good);
    expect(ownQuality(true, undefined, undefined)).toEqual(good);
  });

  it("is lost without a connection", () => {
    expect(ownQuality(false, undefined, sample([layer()]))).toEqual({ level: "lost", reason: "away" });
  });

  it("has an uplink of its own", () => {
    const told = { member: 1, level: "weak", cause: "their_uplink" } as const;
    expect(ownQuality(true, told, undefined)).toEqual({ level: "weak", reason: "your_uplink" });
    expect(ownQuality(true, undefined, sample([layer({ loss: 0.1 })]))).toEqual({ level: "weak", reason: "your_uplink" });
    expect(ownQuality(true, undefined, sample([layer({ loss: 0.6 })])).level).toBe("lost");
    expect(ownQuality(true, undefined, sample([layer({ loss: 0.6, isActive: false })]))).toEqual(good);
    const voice = layer({ kind: "audio", rid: undefined, loss: 0.2 });
    expect(ownQuality(true, undefined, sample([layer(), voice]))).toEqual(good);
  });

  it("is weak when not even the smallest picture fits, and good when only the largest does not", () => {
    expect(ownQuality(true, undefined, sample([layer({ rid: "q", limitedBy: "bandwidth" })])).reason).toBe("your_uplink");
    expect(ownQuality(true, undefined, sample([layer({ rid: "f", limitedBy: "bandwidth" })]))).toEqual(good);
  });

  it("hears of a slow computer, of delay, and of a downlink that is bad for everybody", () => {
    expect(ownQuality(true, undefined, sample([layer({ limitedBy: "cpu" })])).reason).toBe("computer");
    expect(ownQuality(true, undefined, sample([layer()], [], 600)).reason).toBe("delay");
    const bad = line({ loss: 0.1 });
    expect(ownQuality(true, undefined, sample([layer()], [bad, bad])).reason).toBe("your_downlink");
    expect(ownQuality(true, undefined, sample([layer()], [bad, line()]))).toEqual(good);
  });
});

describe("a picture that stands still", () => {
  it("counts as paused after a while, and moves again at once", () => {
    const still = new Stillness();
    expect(still.at(0, 10, true)).toBe(false);
    expect(still.at(PAUSED_AFTER - 1, 10, true)).toBe(false);
    expect(still.at(PAUSED_AFTER, 10, true)).toBe(true);
    expect(still.at(PAUSED_AFTER + 1, 11, true)).toBe(false);
  });

  it("is not waited for while nobody sends or looks, and gets its time anew after that", () => {
    const still = new Stillness();
    still.at(0, 10, true);
    expect(still.at(60_000, 10, false)).toBe(false);
    expect(still.at(60_001, 10, true)).toBe(false);
    expect(still.at(60_000 + PAUSED_AFTER, 10, true)).toBe(true);
  });
});
