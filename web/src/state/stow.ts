/** STOW-RS (DICOM PS3.18 § 10.5): body of a request, meaning of an answer. Pure. */

/** Pieces of a `multipart/related` body; a `Blob` of them reads the files only while they are sent. */
export function stowParts<F>(files: readonly F[], boundary: string): (string | F)[] {
  const parts: (string | F)[] = [];
  for (const file of files) parts.push(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, file, "\r\n");
  parts.push(`--${boundary}--\r\n`);
  return parts;
}

export const stowContentType = (boundary: string) => `multipart/related; type="application/dicom"; boundary=${boundary}`;

export interface StowResult {
  stored: string[];
  /** SOP Instance UID and failure reason (PS3.3 C.14.1.1 and PS3.18 table I.2-2), e.g. 0xC000. */
  refused: { sopInstanceUid: string; reason: number }[];
  /** Refusals that name no object, because it could not be read. */
  unnamed: number[];
}

interface DicomJson {
  [tag: string]: { Value?: unknown[] } | undefined;
}

const sequence = (dataset: DicomJson, tag: string) => (dataset[tag]?.Value ?? []) as DicomJson[];
const text = (dataset: DicomJson, tag: string) => String(dataset[tag]?.Value?.[0] ?? "");
const number = (dataset: DicomJson, tag: string) => Number(dataset[tag]?.Value?.[0] ?? 0);

/** Reads the store response (PS3.18 § 10.5.3.2). */
export function readStowResponse(json: unknown): StowResult {
  const dataset = (Array.isArray(json) ? json[0] : json) as DicomJson | null;
  if (dataset === null || typeof dataset !== "object") return { stored: [], refused: [], unnamed: [] };
  const failures = sequence(dataset, "00081198").map((item) => ({
    sopInstanceUid: text(item, "00081155"),
    reason: number(item, "00081197"),
  }));
  return {
    stored: sequence(dataset, "00081199").map((item) => text(item, "00081155")),
    refused: failures.filter((failure) => failure.sopInstanceUid !== ""),
    unnamed: [
      ...failures.filter((failure) => failure.sopInstanceUid === "").map((failure) => failure.reason),
      ...sequence(dataset, "0008119A").map((item) => number(item, "00081197")),
    ],
  };
}

/** Key of `refer:upload.reason` for a failure reason; by the high nibbles, as PS3.4 table B.2-1 groups them. */
export function reasonKey(reason: number): string {
  if (reason >= 0xa700 && reason <= 0xa7ff) return "too_large";
  if (reason === 0x0111) return "duplicate";
  if (reason >= 0xa900 && reason <= 0xa9ff) return "mismatch";
  if (reason === 0xc122) return "transfer_syntax";
  if (reason >= 0xc000 && reason <= 0xcfff) return "unreadable";
  if (reason === 0x0122) return "sop_class";
  if (reason === 0x0124) return "not_allowed";
  return "refused";
}

/** Worth another try: processing failure, the server's trouble rather than the object's. */
export const isRetryable = (reason: number) => reason === 0x0110;
