import { expect, it } from "vitest";
import { encodingsOf, forPixels, withLayers } from "./encodings";

const active = (layers: number) => withLayers(encodingsOf("camera"), layers)?.map((encoding) => encoding.active);

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
  const off = withLayers(encodingsOf("camera"), 1) ?? [];
  expect(withLayers(off, 1)).toBeUndefined();
  expect(withLayers(off, 3)).toEqual(encodingsOf("camera"));
  expect(withLayers(encodingsOf("screen"), 3), "a source without layers has one").toBeUndefined();
});

it("nobody writes into the table", () => {
  const first = encodingsOf("camera");
  first[0]!.active = false;
  expect(encodingsOf("camera")[0]!.active).toBe(true);
});

it("a small camera's whole picture is its second layer, because a third one would not be sent; a larger one has three", () => {
  const small = forPixels(withLayers(encodingsOf("camera"), 2) ?? [], 640 * 360) ?? [];
  expect(small.map(({ rid, scaleResolutionDownBy, active }) => [rid, scaleResolutionDownBy, active])).toEqual([
    ["q", 2, true],
    ["h", 1, true],
    ["f", 1, false],
  ]);
  expect(forPixels(small, 640 * 360)).toBeUndefined();
  expect(forPixels(encodingsOf("camera"), 960 * 540)).toBeUndefined();
  expect(forPixels(small, 1280 * 720)?.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
  expect(forPixels(encodingsOf("screen"), 100)).toBeUndefined();
});
