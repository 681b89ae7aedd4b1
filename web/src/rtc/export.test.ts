import fc from "fast-check";
import { expect, it } from "vitest";
import { browserOf, exportOf } from "./export";
import { sampleOf, type Entry } from "./stats";

const agent =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.7390.54 Safari/537.36";

/** Every field that a browser has, or may come to have, with `poison` wherever a text may stand. */
function report(poison: string): Entry[] {
  const text = {
    address: poison,
    ip: poison,
    relatedAddress: poison,
    url: poison,
    usernameFragment: poison,
    foundation: poison,
    networkType: poison,
    trackIdentifier: poison,
    label: poison,
    cname: poison,
    remoteId: poison,
    decoderImplementation: poison,
    candidateType: poison,
    protocol: poison,
    relayProtocol: poison,
    mimeType: poison,
    rid: poison,
    qualityLimitationReason: poison,
    fingerprint: poison,
  };
  const entry = (id: string, type: string, more: object = {}): Entry => ({ ...text, id, type, ...more }) as Entry;
  return [
    entry("T", "transport", { selectedCandidatePairId: "P" }),
    entry("P", "candidate-pair", { localCandidateId: "L", remoteCandidateId: "R", currentRoundTripTime: 0.02 }),
    entry("L", "local-candidate"),
    entry("R", "remote-candidate"),
    entry("C", "codec"),
    entry("O", "outbound-rtp", { kind: "video", mid: poison, codecId: "C", bytesSent: 5 }),
    entry("I", "inbound-rtp", { kind: "audio", mid: poison, codecId: "C", bytesReceived: 5 }),
    entry(poison, poison),
  ];
}

const said = (poison: string) =>
  JSON.stringify(
    exportOf(
      {
        samples: [sampleOf(report(poison), 5, undefined).sample],
        events: [{ at: 7, what: "wanted", source: "camera", layers: 1 }],
        origin: 1_700_000_000_000,
      },
      agent,
    ),
  );

it.each([
  "192.168.17.4",
  "2001:db8::9f",
  "3f2c1ab0-1111-4222-8333-444455556666.local",
  "Dr. Jana Öztürk",
  "jana",
  "turn:relay.klinik.example?transport=tcp",
])("no %s gets out", (poison) => {
  expect(said(poison)).not.toContain(poison);
});

it("nothing that a browser says in words gets out, but the words of the standard", () => {
  const harmless = said("§");
  fc.assert(
    fc.property(fc.string({ minLength: 5 }), (poison) => {
      fc.pre(!harmless.includes(JSON.stringify(poison).slice(1, -1)) && !/^\d+$/.test(poison));
      return !said(poison).includes(JSON.stringify(poison).slice(1, -1));
    }),
  );
});

it("has what support needs", () => {
  const { sample } = sampleOf(
    [
      { id: "O", type: "outbound-rtp", kind: "video", mid: "1", rid: "q", codecId: "C", qualityLimitationReason: "cpu" },
      { id: "C", type: "codec", mimeType: "video/VP8" },
    ] as Entry[],
    5,
    undefined,
  );
  const events = [{ at: 7, what: "own_quality", level: "weak", reason: "computer" }] as const;
  expect(exportOf({ samples: [sample], events, origin: 0 }, agent)).toMatchObject({
    browser: "Chrome 141, desktop",
    from: "1970-01-01T00:00:00.005Z",
    samples: [{ sent: [{ line: 1, layer: "q", codec: "video/VP8", limitedBy: "cpu" }] }],
    events: [{ time: "1970-01-01T00:00:00.007Z", what: "own_quality", level: "weak", reason: "computer" }],
  });
});

it.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140, desktop"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1", "Version 18, mobile"],
  ["Klinik-Kiosk Raum 12 Dr. Falk", "unknown, desktop"],
])("the browser is named without the computer: %s", (userAgent, name) => {
  expect(browserOf(userAgent)).toBe(name);
});
