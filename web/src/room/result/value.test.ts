import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConsultDetail, KeyImage } from "../../api/types";
import type { RoomContent } from "../../report/inRoom";
import { person, summary } from "../../state/samples";
import type { Shown } from "./results";
import { believed, isOver, saysTheSame } from "./shown";
import { decodePart, encodePart, MAX_PART, partKey, partsOf, tidyContent } from "./value";
import { encodeJson } from "../../viewer/sync/codec";
import type { Json } from "../../viewer/sync/replica";

const NOW = Date.UTC(2026, 10, 27);
const DAY = 24 * 60 * 60 * 1000;
const image: KeyImage = {
  study_id: "study",
  series_instance_uid: "1.2",
  sop_instance_uid: "1.2.1",
  frame: 1,
  window_center: null,
  window_width: null,
  caption: "Blutung",
  marks: [{ shape: "arrow", points: [[1, 2], [3, 4]], label: "" }],
};
const content: RoomContent = { after: 0, decision: "transfer", recommendation: "Lyse", keyImages: [image] };

describe("a part of what is shown", () => {
  it("is read back as it was written", () => {
    for (const part of [...partsOf("anna", 7, content), { author: "anna", slot: 3, revision: 8, value: undefined }])
      expect(decodePart(partKey(part), encodePart(part), NOW)).toEqual(part);
    const ahead = partsOf("anna", NOW + DAY, content)[0];
    expect(decodePart(partKey(ahead), encodePart(ahead), NOW), "a clock that is wrong").toEqual(ahead);
  });

  it("is nothing else than that", () => {
    const words = { after: 0, decision: "transfer", recommendation: "Lyse", images: 1 };
    const wrong = (key: string, revision: Json, value: unknown) =>
      expect(decodePart(key, encodeJson([revision, value as Json]), NOW), JSON.stringify([key, revision, value])).toBeUndefined();
    const keys = ["result/anna/", "result/anna/12", "result/anna/03", "result/anna/-1", "result//words", "result/a b/words", "result/anna/ask"];
    for (const key of keys) wrong(key, 1, null);
    for (const revision of [-1, 1.5, "1", null, 2 ** 60, 2 ** 53 - 1, NOW + DAY + 1]) wrong("result/anna/words", revision, words);
    for (const more of [{ after: -1 }, { decision: "lobotomy" }, { recommendation: 7 }, { images: 13 }, { images: "1" }])
      wrong("result/anna/words", 1, { ...words, ...more });
    const marks = (mark: object) => ({ marks: [{ shape: "line", points: [[0, 0]], label: "", ...mark }] });
    for (const more of [
      { study_id: "../../api" },
      { series_instance_uid: "1.2/3" },
      ...["", ".", "..", ".1", "1.", "1..2", "../1"].map((sop_instance_uid) => ({ sop_instance_uid })),
      { sop_instance_uid: "1".repeat(65) },
      { frame: 0 },
      { frame: "1" },
      { window_center: 1 },
      { window_center: 1, window_width: -1 },
      { marks: Array.from({ length: 51 }, () => ({ shape: "line", points: [[0, 0]], label: "" })) },
      marks({ shape: "skull" }),
      marks({ points: [] }),
      marks({ points: [[0]] }),
      marks({ points: [[0, 1e7]] }),
      marks({ points: Array.from({ length: 201 }, () => [0, 0]) }),
    ])
      wrong("result/anna/0", 1, { ...image, ...more });
    expect(decodePart("result/anna/words", new Uint8Array(MAX_PART + 1).fill(32), NOW)).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodePart("result/anna/0", bytes, NOW) === undefined));
    fc.assert(fc.property(fc.jsonValue(), (value) => void decodePart("result/anna/words", encodeJson([1, value as Json]), NOW)));
  });

  it("loses what turns text around or cannot be seen, and keeps lines where lines are", () => {
    const tidied = tidyContent({
      ...content,
      recommendation: " Lyse\u202e\r\ndann \u0000Verlegung ",
      keyImages: [{ ...image, caption: "a\nb\u2066", marks: [{ shape: "text", points: [[1, 1]], label: "\u202e34" }] }],
    });
    expect(tidied).toMatchObject({
      recommendation: "Lyse\ndann Verlegung",
      keyImages: [{ caption: "a b", marks: [{ label: "34" }] }],
    });
  });
});

describe("what of it is shown", () => {
  const shown = (id: string, more: Partial<Shown> = {}): Shown => ({
    author: { id, name: `Dr. ${id}` },
    revision: 1,
    after: 0,
    content,
    isSigned: true,
    isVerified: true,
    isQuoted: false,
    ...more,
  });
  const detail = (more: Partial<ConsultDetail> = {}, specialist = "falk"): ConsultDetail =>
    ({ summary: summary("c", { specialist: person(specialist) }), versions: [], actions: ["sign_report"], ...more }) as unknown as ConsultDetail;

  it("is the present specialist's, whoever else signs something", () => {
    expect(believed([shown("mallory"), shown("falk")], detail())?.author.id).toBe("falk");
    expect(believed([shown("mallory")], detail())).toBeUndefined();
    expect(believed([shown("falk")], detail({}, "after-the-hand-over"))).toBeUndefined();
    expect(believed([shown("falk")], detail({ summary: summary("c") }))).toBeUndefined();
    expect(believed([shown("falk", { author: { id: "falk", name: "" } })], detail())?.author.name).toBe("Dr. falk");
  });

  it("gives way to the report, until an amendment to it is shown", () => {
    const signed = detail({ versions: [{}] as ConsultDetail["versions"], actions: ["amend"] });
    expect(believed([shown("falk")], signed)).toBeUndefined();
    expect(believed([shown("falk", { after: 1 })], signed)?.after).toBe(1);
    expect(isOver(shown("falk"), signed)).toBe(true);
    expect(isOver(shown("falk", { after: 1 }), signed)).toBe(false);
    expect(isOver(shown("falk"), detail())).toBe(false);
    expect(isOver(shown("falk"), detail({ actions: [] }))).toBe(true);
  });

  it("has changed when the draft says something else, and not by blanks", () => {
    const tidy = tidyContent(content) as RoomContent;
    expect(saysTheSame({ ...content, recommendation: "Lyse \n" }, shown("falk", { content: tidy }))).toBe(true);
    for (const more of [{ decision: null }, { recommendation: "Keine Lyse" }, { keyImages: [] }, { keyImages: [{ ...image, caption: "" }] }])
      expect(saysTheSame({ ...content, ...more }, shown("falk", { content: tidy }))).toBe(false);
  });
});
