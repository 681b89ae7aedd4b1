import { expect, test } from "vitest";
import { scanFile } from "./scan";

/** Explicit VR little endian element (PS3.5 § 7.1.2), short form. */
function element(group: number, number: number, vr: string, value: string): number[] {
  const padded = value.length % 2 === 0 ? value : value + (vr === "UI" ? "\0" : " ");
  const bytes = Array.from(padded, (letter) => letter.charCodeAt(0));
  return [group & 255, group >> 8, number & 255, number >> 8, ...Array.from(vr, (c) => c.charCodeAt(0)), bytes.length & 255, bytes.length >> 8, ...bytes];
}

function file(elements: number[][], sopClass = "1.2.840.10008.5.1.4.1.1.2", tail: number[] = []): File {
  const meta = [...element(2, 2, "UI", sopClass), ...element(2, 3, "UI", "1.5"), ...element(2, 0x10, "UI", "1.2.840.10008.1.2.1")];
  const length = [2, 0, 0, 0, 0x55, 0x4c, 4, 0, meta.length & 255, meta.length >> 8, 0, 0];
  const magic = [0x44, 0x49, 0x43, 0x4d];
  return new File([new Uint8Array([...new Array<number>(128).fill(0), ...magic, ...length, ...meta, ...elements.flat(), ...tail])], "IM1");
}

const OBJECT = [
  element(8, 0x18, "UI", "1.5"),
  element(0x10, 0x20, "LO", "4711"),
  element(0x20, 0xd, "UI", "1.2.3"),
  element(0x20, 0xe, "UI", "1.2.3.4"),
];
/** Pixel Data that claims a megabyte and has two bytes: as a head that was cut off. */
const CUT_PIXELS = [0xe0, 0x7f, 0x10, 0, 0x4f, 0x57, 0, 0, 0, 0, 16, 0, 1, 2];

test("a DICOM object is known by its three UIDs", async () => {
  expect(await scanFile(file(OBJECT, undefined, CUT_PIXELS))).toMatchObject({
    kind: "object",
    object: { sopInstanceUid: "1.5", studyInstanceUid: "1.2.3", seriesInstanceUid: "1.2.3.4", patientId: "4711" },
  });
});

test("other files and DICOMDIR are skipped", async () => {
  expect((await scanFile(new File(["hello"], "README"))).kind).toBe("not_dicom");
  expect((await scanFile(new File([], "empty"))).kind).toBe("not_dicom");
  expect((await scanFile(file([element(4, 0x1130, "CS", "DISC")], "1.2.840.10008.1.3.10"))).kind).toBe("not_dicom");
});

test("DICOM without a study, or broken in its head, is named as unreadable", async () => {
  expect(await scanFile(file([element(8, 0x18, "UI", "1.5")]))).toEqual({ kind: "unreadable", name: "IM1" });
  expect((await scanFile(file([OBJECT[0] ?? [], [8, 0, 0x60, 0, 0x43, 0x53, 255, 255]]))).kind).toBe("unreadable");
});
