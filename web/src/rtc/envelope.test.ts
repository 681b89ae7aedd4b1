import { describe, expect, it } from "vitest";
import { decodeFrame, encodeAgedPut, encodeFrame, Kind, MAX_DATA_FRAME } from "./envelope";

/** What the SFU does: puts the sender behind the kind. */
function relay(frame: Uint8Array, sender: number): ArrayBuffer {
  const out = new Uint8Array(frame.length + 4);
  out[0] = frame[0] ?? 0;
  new DataView(out.buffer).setUint32(1, sender);
  out.set(frame.subarray(1), 5);
  return out.buffer;
}

describe("the data channel envelope", () => {
  it("comes through the SFU", () => {
    const frame = encodeFrame(Kind.put, "vp/0", new Uint8Array([1, 2, 3]));
    expect(frame).toBeDefined();
    const back = decodeFrame(relay(frame ?? new Uint8Array(), 70_000));
    expect(back).toMatchObject({ kind: Kind.put, sender: 70_000, key: "vp/0" });
    expect([...(back?.payload ?? [])]).toEqual([1, 2, 3]);
  });

  it("tells the SFU how old something is that is sent again", () => {
    expect([...(encodeAgedPut("k", new Uint8Array([7]), 60_000) ?? [])]).toEqual([5, 1, 107, 0, 0, 0xea, 0x60, 7]);
    const age = (frame: Uint8Array | undefined) => [...(frame ?? [])].slice(3, 7);
    expect(age(encodeAgedPut("k", new Uint8Array(), -5))).toEqual([0, 0, 0, 0]);
    expect(age(encodeAgedPut("k", new Uint8Array(), 1e12))).toEqual([255, 255, 255, 255]);
  });

  it("reads the end of the snapshot", () => {
    expect(decodeFrame(new Uint8Array([4, 0, 0, 0, 0, 0]).buffer)).toMatchObject({ kind: 4, key: "" });
  });

  it("does not send what the SFU would drop", () => {
    expect(encodeFrame(Kind.put, "k", new Uint8Array(MAX_DATA_FRAME - 3))).toBeDefined();
    expect(encodeFrame(Kind.put, "k", new Uint8Array(MAX_DATA_FRAME - 2))).toBeUndefined();
    expect(encodeFrame(Kind.put, "k".repeat(256), new Uint8Array())).toBeUndefined();
  });

  it.each([
    ["nothing", []],
    ["a cut header", [1, 0, 0]],
    ["a key that is longer than the frame", [1, 0, 0, 0, 1, 9, 65]],
    ["an unknown kind", [9, 0, 0, 0, 1, 0]],
    ["a key that is no UTF-8", [1, 0, 0, 0, 1, 1, 0xff]],
  ])("refuses %s", (_, bytes) => {
    expect(decodeFrame(new Uint8Array(bytes).buffer)).toBeUndefined();
  });
});
