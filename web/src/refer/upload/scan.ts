/** What a file is, from its first bytes. */

import { parseDicom, type DataSet } from "dicom-parser";

export interface ScannedObject {
  file: File;
  sopInstanceUid: string;
  studyInstanceUid: string;
  seriesInstanceUid: string;
  /** (0010,0020); only compared, never shown or kept. */
  patientId: string;
}

/** `not_dicom`: something else, such as a viewer on the CD; `unreadable`: DICOM without what we need to send it. */
export type Scanned = { kind: "object"; object: ScannedObject } | { kind: "not_dicom" } | { kind: "unreadable"; name: string };

/** Enough for every header seen so far. More reads images twice; less reads whole files when a private tag is long. */
const HEAD_BYTES = 128 * 1024;
/** Largest file that is read whole because its head was not enough. */
const WHOLE_BYTES = 64 * 1024 * 1024;
const MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10";

export async function scanFile(file: File): Promise<Scanned> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (!isPart10(head)) return { kind: "not_dicom" };
  let found = identify(head, file);
  if (found === null && file.size > HEAD_BYTES && file.size <= WHOLE_BYTES) {
    found = identify(new Uint8Array(await file.arrayBuffer()), file);
  }
  return found ?? { kind: "unreadable", name: file.name };
}

/** 128 bytes of preamble and the letters DICM (PS3.10 § 7.1). */
function isPart10(bytes: Uint8Array): boolean {
  return bytes.length > 132 && String.fromCharCode(...bytes.subarray(128, 132)) === "DICM";
}

function identify(bytes: Uint8Array, file: File): Scanned | null {
  const dataSet = parse(bytes);
  if (dataSet === null) return null;
  if (dataSet.string("x00020002") === MEDIA_STORAGE_DIRECTORY) return { kind: "not_dicom" };
  const sopInstanceUid = dataSet.string("x00080018");
  const studyInstanceUid = dataSet.string("x0020000d");
  const seriesInstanceUid = dataSet.string("x0020000e");
  if (!sopInstanceUid || !studyInstanceUid || !seriesInstanceUid) return null;
  const patientId = dataSet.string("x00100020") ?? "";
  return { kind: "object", object: { file, sopInstanceUid, studyInstanceUid, seriesInstanceUid, patientId } };
}

function parse(bytes: Uint8Array): DataSet | null {
  try {
    return parseDicom(bytes, { untilTag: "x0020000e" });
  } catch (thrown) {
    // The parser throws what it has read so far when the bytes end in the middle of an element.
    const partial = (thrown as { dataSet?: DataSet } | null)?.dataSet;
    return partial ?? null;
  }
}
