import { describe, expect, it } from "vitest";
import { LOOKS, UNDER_WAY } from "../e2ee/media/leak";
import type { SealCounts } from "../e2ee/media/frames";
import { encodedOn, LeakWatch } from "./leakWatch";
import type { Entry } from "./stats";

const layer = (rid: string, framesEncoded: number): Entry => ({
  id: rid,
  type: "outbound-rtp",
  kind: "video",
  mid: "1",
  rid,
  framesEncoded,
});
const sound = (packetsSent: number, retransmittedPacketsSent?: number): Entry => ({
  id: "sound",
  type: "outbound-rtp",
  kind: "audio",
  mid: "0",
  packetsSent,
  retransmittedPacketsSent,
});
const counts = (part: Partial<SealCounts>): SealCounts => ({
  sealed: 0,
  plain: 0,
  noKey: 0,
  tooShort: 0,
  otherCodec: 0,
  ...part,
});
const outgoing = [
  { mid: "0", line: "sound" },
  { mid: "1", line: "camera" },
];

describe("what was encoded", () => {
  it("counts the frames of all layers of a line and of no other", () => {
    const report = [layer("q", 10), layer("h", 20), layer("f", 30), sound(500)];
    expect(encodedOn(report, "1")).toBe(60);
    expect(encodedOn(report, "2")).toBe(0);
    expect(encodedOn(report, null)).toBe(0);
  });

  it("counts packets of sound, each once however often it was sent", () => {
    expect(encodedOn([sound(100, 7)], "0")).toBe(93);
    expect(encodedOn([sound(100)], "0")).toBe(100);
  });
});

describe("the watch", () => {
  const looks = (report: Entry[], sealed: Record<string, SealCounts>): boolean => {
    const watch = new LeakWatch();
    let leaks = false;
    for (let i = 0; i < LOOKS; i += 1) leaks = watch.leaks(report, outgoing, { sealed, opened: {} });
    return leaks;
  };

  it("is content when the transforms have seen all, sealed or dropped", () => {
    const sealed = { sound: counts({ sealed: 400, noKey: 100 }), camera: counts({ sealed: 50, plain: 5, tooShort: 5 }) };
    expect(looks([layer("q", 60), sound(500)], sealed)).toBe(false);
  });

  it("lets frames be under way", () => {
    expect(looks([layer("q", UNDER_WAY)], { camera: counts({}) })).toBe(false);
  });

  it("finds a transform that was never given a frame", () => {
    expect(looks([layer("q", UNDER_WAY + 1)], {})).toBe(true);
  });

  it("finds sound that goes past its transform while pictures do not", () => {
    const sealed = { sound: counts({ sealed: 10 }), camera: counts({ sealed: 1000 }) };
    expect(looks([layer("q", 1000), sound(11 + UNDER_WAY)], sealed)).toBe(true);
  });

  it("says nothing of a worker that is dead and has counted nothing: its peer is closed for that", () => {
    const watch = new LeakWatch();
    for (let i = 0; i < 2 * LOOKS; i += 1) expect(watch.leaks([layer("q", 1000)], outgoing, undefined)).toBe(false);
  });

  it("gives one late figure another chance", () => {
    const watch = new LeakWatch();
    const late = [layer("q", 100)];
    expect(watch.leaks(late, outgoing, { sealed: {}, opened: {} })).toBe(false);
    expect(watch.leaks(late, outgoing, { sealed: { camera: counts({ sealed: 100 }) }, opened: {} })).toBe(false);
    expect(watch.leaks([layer("q", 200)], outgoing, { sealed: { camera: counts({ sealed: 100 }) }, opened: {} })).toBe(false);
  });
});
