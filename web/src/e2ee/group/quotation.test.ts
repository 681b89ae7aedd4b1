import { describe, expect, it } from "vitest";
import { utf8 } from "../bytes";
import { CONSULT, Installation, NOW } from "./fixture";
import { checkQuotation, decodeQuotation, encodeQuotation, quote } from "./quotation";

const [ours, theirs] = await Promise.all([Installation.make(), Installation.make()]);
const anna = await ours.identity("anna");
const said = await quote(anna, CONSULT, "chat/3", utf8("Lyse ja"));

describe("a quotation", () => {
  it("tells who said it, to whoever comes later", async () => {
    expect(await checkQuotation(said, ours.trust, NOW)).toMatchObject({ person: "anna" });
  });

  it("travels as bytes, beside its key, and is nothing when it was cut off", async () => {
    const bytes = encodeQuotation(said);
    expect(decodeQuotation("chat/3", bytes)).toEqual(said);
    const least = bytes.length - said.payload.length;
    for (let length = 0; length < least; length += 1)
      expect(decodeQuotation("chat/3", bytes.slice(0, length))).toBeUndefined();
  });

  it("counts for nothing when text, place or author are others", async () => {
    const ben = await ours.identity("ben");
    const changed = [
      { ...said, payload: utf8("Lyse nein") },
      { ...said, key: "chat/4" },
      { ...said, key: "chat/3L", payload: utf8("yse ja") },
      { ...said, attestation: ben.attestation },
    ];
    for (const each of changed) expect(await checkQuotation(each, ours.trust, NOW)).toBe("quotation_forged");
    const elsewhere = { ...ours.trust, consult: "another" };
    expect(await checkQuotation(said, elsewhere, NOW)).toBe("quotation_forged");
    expect(await checkQuotation(said, theirs.trust, NOW)).toBe("attestation_unknown");
    expect(await checkQuotation({ ...said, attestation: utf8("x") }, ours.trust, NOW)).toBe("attestation_malformed");
  });
});
