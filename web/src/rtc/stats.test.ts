import { describe, expect, it } from "vitest";
import { sampleOf, type Entry } from "./stats";

const entry = (id: string, type: string, fields: object): Entry => ({ id, type, ...fields }) as Entry;

const chromium = (more: { bytes: number; received: number; lost: number }) => [
  entry("T", "transport", { selectedCandidatePairId: "P" }),
  entry("P", "candidate-pair", {
    localCandidateId: "L",
    remoteCandidateId: "R",
    currentRoundTripTime: 0.042,
    availableOutgoingBitrate: 900_000,
  }),
  entry("L", "local-candidate", { candidateType: "relay", protocol: "udp", relayProtocol: "tls", address: "10.1.2.3" }),
  entry("R", "remote-candidate", { candidateType: "host", protocol: "udp", address: "2001:db8::7" }),
  entry("C", "codec", { mimeType: "video/VP8" }),
  entry("O", "outbound-rtp", {
    kind: "video",
    mid: "1",
    rid: "h",
    codecId: "C",
    remoteId: "OR",
    bytesSent: more.bytes,
    active: true,
    frameHeight: 270,
    qualityLimitationReason: "bandwidth",
  }),
  entry("OR", "remote-inbound-rtp", { kind: "video", localId: "O", fractionLost: 0.03, roundTripTime: 0.05 }),
  entry("I", "inbound-rtp", {
    kind: "audio",
    mid: "3",
    bytesReceived: more.bytes,
    packetsReceived: more.received,
    packetsLost: more.lost,
    jitter: 0.012,
    concealedSamples: more.lost * 960,
    silentConcealedSamples: 0,
    totalSamplesReceived: more.received * 960,
  }),
];

describe("a sample", () => {
  const first = sampleOf(chromium({ bytes: 10_000, received: 100, lost: 0 }), 1000, undefined);
  const { sample } = sampleOf(chromium({ bytes: 60_000, received: 190, lost: 10 }), 3000, {
    counters: first.counters,
    at: 1000,
  });

  it("has rates and losses of the time since the one before", () => {
    expect(first.sample.sent[0]?.rate).toBe(0);
    expect(sample.sent[0]).toMatchObject({ rate: 200_000, rid: "h", codec: "video/VP8", loss: 0.03, rtt: 50 });
    expect(sample.received[0]).toMatchObject({ rate: 200_000, loss: 0.1, jitter: 12 });
    expect(sample.received[0]?.concealed).toBeCloseTo(10 / 90);
  });

  it("tells the kind of path and no address", () => {
    expect(sample.path).toEqual({
      protocol: "udp",
      relay: "tls",
      local: "relay",
      remote: "host",
      rtt: 42,
      availableOut: 900_000,
    });
    expect(JSON.stringify(sample)).not.toMatch(/10\.1\.2\.3|2001:db8/);
  });

  it("finds the path in Firefox, which has no transport's word for it", () => {
    const pairs = [
      entry("A", "candidate-pair", { state: "failed", localCandidateId: "L" }),
      entry("B", "candidate-pair", { selected: true, localCandidateId: "L", remoteCandidateId: "R" }),
      entry("L", "local-candidate", { candidateType: "prflx", protocol: "tcp" }),
    ];
    expect(sampleOf(pairs, 0, undefined).sample.path).toMatchObject({ protocol: "tcp", local: "prflx", remote: "unknown" });
    expect(sampleOf([], 0, undefined).sample.path).toBeUndefined();
  });

  it("is not confused by a peer connection that replaced another: rates begin anew", () => {
    const fresh = sampleOf(chromium({ bytes: 500, received: 3, lost: 0 }), 5000, { counters: first.counters, at: 3000 });
    expect(fresh.sample.sent[0]?.rate).toBe(0);
    expect(fresh.sample.received[0]?.loss).toBe(0);
  });
});
