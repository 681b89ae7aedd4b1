import { expect, test } from "vitest";
import { readStowResponse, reasonKey, stowContentType, stowParts } from "./stow";

const uid = (value: string) => ({ vr: "UI", Value: [value] });

test("a request is a multipart/related body of DICOM parts", () => {
  expect(stowParts(["A", "B"], "x").join("")).toBe(
    "--x\r\nContent-Type: application/dicom\r\n\r\nA\r\n--x\r\nContent-Type: application/dicom\r\n\r\nB\r\n--x--\r\n",
  );
  expect(stowContentType("x")).toBe('multipart/related; type="application/dicom"; boundary=x');
});

test("a response tells what was stored, what was refused, and what had no name", () => {
  const response = {
    "00081199": { vr: "SQ", Value: [{ "00081150": uid("class"), "00081155": uid("1.2") }] },
    "00081198": { vr: "SQ", Value: [{ "00081155": uid("1.3"), "00081197": { vr: "US", Value: [0xc000] } }] },
    "0008119A": { vr: "SQ", Value: [{ "00081197": { vr: "US", Value: [0xa900] } }] },
  };
  const expected = { stored: ["1.2"], refused: [{ sopInstanceUid: "1.3", reason: 0xc000 }], unnamed: [0xa900] };
  expect(readStowResponse(response)).toEqual(expected);
  expect(readStowResponse([response])).toEqual(expected);
});

test("an answer that is no store response stores nothing", () => {
  for (const answer of [null, {}, [], "x"]) expect(readStowResponse(answer).stored).toEqual([]);
});

test.each([
  [0xa700, "too_large"],
  [0xa9ff, "mismatch"],
  [0x0111, "duplicate"],
  [0xc000, "unreadable"],
  [0xc122, "transfer_syntax"],
  [0x1234, "refused"],
])("reason %i is told as %s", (reason, key) => expect(reasonKey(reason)).toBe(key));
