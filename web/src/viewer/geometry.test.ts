import { describe, expect, it } from "vitest";
import { addressOf, imageIdOf, inConsult, indexOf, readStudy, type Dataset } from "./dicom";
import { fittingScale, orientationLetters, pixelOf, visibleHalfWidth, type PixelGrid, type Plane } from "./geometry";
import { rangeOf, windowOf } from "./presets";

const head: Plane = { origin: [-100, -100, 0], row: [1, 0, 0], column: [0, 1, 0], width: 200, height: 200 };

describe("the same anatomy on every screen", () => {
  it("a screen of the same shape shows exactly the same section", () => {
    expect(fittingScale(120, 100, 1.5)).toBe(120);
  });

  it("a narrower screen widens its section until nothing is missing", () => {
    // Presenter 1200×800 zoomed in so far that the image fills its width; follower 390×600.
    expect(fittingScale(50, 75, 390 / 600)).toBeCloseTo(75 / 0.65);
  });

  it("a wider screen keeps the height", () => {
    expect(fittingScale(154, 100, 1.5)).toBe(154);
  });

  it("black margins beside the image need no room on the other screen", () => {
    expect(visibleHalfWidth(head, [0, 0, 0], [1, 0, 0], 400)).toBe(100);
    expect(visibleHalfWidth(head, [0, 0, 0], [1, 0, 0], 30)).toBe(30);
    expect(visibleHalfWidth(head, [60, 0, 0], [1, 0, 0], 400)).toBe(160);
  });

  it("names directions of the patient", () => {
    expect(orientationLetters([1, 0, 0])).toBe("L");
    expect(orientationLetters([0, -1, 0])).toBe("A");
    expect(orientationLetters([0, 0, -1])).toBe("F");
    expect(orientationLetters([0, 0.5, 0.86])).toBe("HP");
  });
});

function slice(n: number, z: number, extra: Record<string, unknown[]> = {}): Dataset {
  const values: Record<string, unknown[]> = {
    "0020000D": ["1.2"],
    "0020000E": ["1.2.3"],
    "00200011": [2],
    "00080018": [`1.2.3.${n}`],
    "00200013": [n],
    "00200032": [0, 0, z],
    "00200037": [1, 0, 0, 0, 1, 0],
    "00280010": [512],
    "00100010": [{ Alphabetic: "MUSTER^ERIKA" }],
    ...extra,
  };
  return Object.fromEntries(Object.entries(values).map(([tag, Value]) => [tag, { Value }]));
}

describe("stacks", () => {
  it("are sorted by position along the normal, not by instance number", () => {
    const [series] = readStudy([slice(1, 30), slice(2, 10), slice(3, 20)]);
    expect(series?.images.map((image) => image.position?.[2])).toEqual([10, 20, 30]);
    expect(series).toMatchObject({ isSpatial: true, patientName: "MUSTER, ERIKA", number: 2 });
    expect(indexOf(series as NonNullable<typeof series>, "1.2.3.3", 1)).toBe(1);
  });

  it("fall back to instance numbers where the images are not parallel", () => {
    const [series] = readStudy([slice(2, 0), slice(1, 10, { "00200037": [0, 1, 0, 0, 0, 1] })]);
    expect(series?.isSpatial).toBe(false);
    expect(series?.images.map((image) => image.instanceNumber)).toEqual([1, 2]);
  });

  it("hold one image for each frame", () => {
    const [series] = readStudy([slice(1, 0, { "00280008": [3] })]);
    expect(series?.images.map((image) => image.frame)).toEqual([1, 2, 3]);
  });

  it("leave out objects without pixels and survive nonsense", () => {
    expect(readStudy([{ "0020000E": { Value: ["1"] } }, {}])).toEqual([]);
  });

  it("addresses a frame", () => {
    const id = imageIdOf("c-1", { studyUid: "1", seriesUid: "2", sopInstanceUid: "3", frame: 4 });
    expect(id.startsWith("wadors:")).toBe(true);
    // The loader reads the frame's number from what stands behind `/frames/`, up to the end.
    expect(id.endsWith("/frames/4")).toBe(true);
    expect(addressOf(id.slice("wadors:".length))).toBe(
      "/dicomweb/studies/1/series/2/instances/3/frames/4?consult=c-1",
    );
  });

  it("keeps the images of two consults apart", () => {
    const image = { studyUid: "1", seriesUid: "2", sopInstanceUid: "3", frame: 4 };
    expect(imageIdOf("c-1", image)).not.toBe(imageIdOf("c-2", image));
    expect(inConsult("c-1", "/dicomweb/x?viewport=1,1")).toBe("/dicomweb/x?viewport=1,1&consult=c-1");
    expect(addressOf("/elsewhere")).toBe("/elsewhere");
  });

  it("windows round-trip", () => {
    expect(windowOf(rangeOf({ center: 40, width: 80 }))).toEqual({ center: 40, width: 80 });
  });
});

describe("a patient point in the image's own pixels", () => {
  const grid: PixelGrid = { origin: [-100, -50, 7], row: [1, 0, 0], column: [0, 1, 0], columnSpacing: 0.5, rowSpacing: 2 };

  it("the centre of the first pixel is half a pixel from the image's corner", () => {
    expect(pixelOf(grid, [-100, -50, 7])).toEqual([0.5, 0.5]);
    expect(pixelOf(grid, [-100.25, -51, 7])).toEqual([0, 0]);
  });

  it("each direction has its own spacing", () => {
    expect(pixelOf(grid, [-95, -30, 7])).toEqual([10.5, 10.5]);
  });

  it("works in a coronal image, and beside the slice", () => {
    const coronal: PixelGrid = { origin: [10, 20, 30], row: [1, 0, 0], column: [0, 0, -1], columnSpacing: 1, rowSpacing: 1 };
    expect(pixelOf(coronal, [13, 21, 26])).toEqual([3.5, 4.5]);
  });
});
