import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, fromHex } from "../bytes";
import { decodeHeader, encodeHeader } from "./header";
import { CONTEXT_BITS, decodeKid, encodeKid } from "./kid";

const value = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe("the header", () => {
  it("comes back whatever follows it", () => {
    fc.assert(
      fc.property(value, value, fc.uint8Array({ maxLength: 20 }), (kid, ctr, rest) => {
        const header = encodeHeader(kid, ctr);
        expect(decodeHeader(concat(header, rest))).toEqual({ kid, ctr, length: header.length });
      }),
    );
  });

  it("is refused when it is cut off", () => {
    fc.assert(
      fc.property(value, value, (kid, ctr) => {
        const header = encodeHeader(kid, ctr);
        for (let length = 0; length < header.length; length += 1) {
          expect(decodeHeader(header.subarray(0, length))).toBeUndefined();
        }
      }),
    );
  });

  it.each(["08" + "07", "80" + "07", "09" + "0008", "90" + "00ff"])(
    "is refused when %s is longer than it has to be",
    (hex) => {
      expect(decodeHeader(fromHex(hex))).toBeUndefined();
    },
  );

  it("has one encoding: any bytes that are a header are its encoding", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        const header = decodeHeader(bytes);
        if (header) expect(encodeHeader(header.kid, header.ctr)).toEqual(bytes.slice(0, header.length));
      }),
    );
  });
});

describe("the KID", () => {
  it("is context, leaf and epoch, RFC 9605 § 5.2", () => {
    expect(encodeKid(0n, 3, 0x105n)).toBe(0x0305n);
    expect(encodeKid(0xabcdn, 3, 5n)).toBe(0xabcd0305n);
  });

  it("comes back, with the epoch's lowest bits", () => {
    const context = fc.bigInt({ min: 0n, max: (1n << CONTEXT_BITS) - 1n });
    fc.assert(
      fc.property(context, fc.nat(255), value, (context, leaf, epoch) => {
        expect(decodeKid(encodeKid(context, leaf, epoch))).toEqual({ context, leaf, epoch: Number(epoch & 0xffn) });
      }),
    );
  });

  it("never takes a leaf or a context that does not fit", () => {
    expect(() => encodeKid(0n, 256, 0n)).toThrow(RangeError);
    expect(() => encodeKid(1n << CONTEXT_BITS, 0, 0n)).toThrow(RangeError);
    expect(decodeKid(1n << 63n)).toBeUndefined();
  });
});
