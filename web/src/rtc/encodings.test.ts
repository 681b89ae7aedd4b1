import { describe, expect, it } from "vitest";
import { ALL_LAYERS, encodingsOf, fitted } from "./encodings";

const LARGE = 960 * 540;
const fit = (encodings: RTCRtpEncodingParameters[], layers: number, pixels?: number) => fitted(encodings, { layers, pixels });
const active = (layers: number, pixels?: number) => fit(encodingsOf("camera"), layers, pixels)?.map((encoding) => encoding.active);

it("a camera is sent in three layers, smallest first, a screen in one", () => {
  const camera = encodingsOf("camera");
  expect(camera.map(({ rid }) => rid)).toEqual(["q", "h", "f"]);
  expect(camera.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
  const rates = camera.map(({ maxBitrate }) => maxBitrate ?? 0);
  expect([...rates].sort((a, b) => a - b)).toEqual(rates);
  expect(encodingsOf("screen")).toHaveLength(1);
});

it("layers that nobody needs are switched off, the largest first", () => {
  expect(active(3)).toBeUndefined();
  expect(active(2)).toEqual([true, true, false]);
  expect(active(1)).toEqual([true, false, false]);
  expect(active(0)).toEqual([false, false, false]);
});

it("and on again, without touching anything else", () => {
  const off = fit(encodingsOf("camera"), 1) ?? [];
  expect(fit(off, 1)).toBeUndefined();
  expect(fit(off, 3)).toEqual(encodingsOf("camera"));
  expect(fit(encodingsOf("screen"), 3), "a source without layers has one").toBeUndefined();
  expect(fit(encodingsOf("screen"), 3, 100), "nor has it a camera's").toBeUndefined();
});

it("nobody writes into the table", () => {
  const first = encodingsOf("camera");
  first[0]!.active = false;
  expect(encodingsOf("camera")[0]!.active).toBe(true);
});

describe("the layers of a smaller picture", () => {
  const sent = (pixels: number, layers = ALL_LAYERS) =>
    fit(encodingsOf("camera"), layers, pixels)
      ?.filter((encoding) => encoding.active)
      .map(({ rid, scaleResolutionDownBy }) => [rid, scaleResolutionDownBy]);

  it("are as many as libwebrtc sends of it, and the last is the whole", () => {
    expect(sent(LARGE), "three, as they are").toBeUndefined();
    expect(sent(LARGE - 1)).toEqual([["q", 2], ["h", 1]]);
    expect(sent(480 * 270)).toEqual([["q", 2], ["h", 1]]);
    expect(sent(320 * 240)).toEqual([["q", 1]]);
  });

  it("are no more than that where everything is sent, whatever the server asks for", () => {
    expect(active(3, 640 * 360)).toEqual([true, true, false]);
    expect(active(1, 640 * 360)).toEqual([true, false, false]);
    expect(active(3, 320 * 240)).toEqual([true, false, false]);
    expect(active(0, 320 * 240)).toEqual([false, false, false]);
  });

  it("are three again with a larger camera, as far as somebody looks", () => {
    for (const pixels of [640 * 360, 320 * 240]) {
      const small = fit(encodingsOf("camera"), 3, pixels) ?? [];
      expect(fit(small, 3, pixels), "nothing to set").toBeUndefined();
      expect(fit(small, 3), "nothing known of the picture").toBeUndefined();
      expect(fit(small, 3, LARGE)).toEqual(encodingsOf("camera"));
      expect(fit(small, 2, LARGE)?.map((encoding) => encoding.active)).toEqual([true, true, false]);
    }
  });
});
