import { beforeEach, expect, test } from "vitest";
import type { ConsultDetail, KeyImage, SignedAnswer } from "../api/types";
import { person, summary } from "../state/samples";
import { answerOf, firstDraft, MAX_KEY_IMAGES, missingIn, moved, readDraft, withKeyImage, withOutline } from "./draft";
import { standingOf, type InRoom } from "./inRoom";
import { pictureOf } from "./keyImages";
import { EMPTY_NIHSS, fromWire, NIHSS_ITEMS, NIHSS_MAXIMA, nihssSum, openItems, toWire, untestable, type NihssScore } from "./nihss";
import { de, en } from "./texts";

const image = (n: number, more: Partial<KeyImage> = {}): KeyImage => ({
  study_id: "study",
  series_instance_uid: "1.2",
  sop_instance_uid: `1.2.${n}`,
  frame: 1,
  caption: "",
  marks: [],
  ...more,
});

function detail(versions: SignedAnswer[] = []): ConsultDetail {
  return {
    summary: summary("c"),
    versions,
    answer: versions.at(-1) ?? null,
    studies: [{ id: "study", study_instance_uid: "1", modalities: ["CT"], received: 1 }],
    actions: [],
  } as unknown as ConsultDetail;
}

const signed: SignedAnswer = {
  version: 1,
  reason: "",
  author: person("a"),
  signed_at: 0,
  answer: {
    template: "stroke",
    decision: "transfer",
    recommendation: "Verlegen",
    assessment: "Verschluss",
    findings: "",
    nihss: { items: [1, null, ...Array<number>(13).fill(0)] },
    key_images: [image(1)],
  },
};

const score = (...values: NihssScore): NihssScore => [...values, ...EMPTY_NIHSS.slice(values.length)];

test("the NIHSS is a plain sum of what was examined, at most 42", () => {
  expect(nihssSum(EMPTY_NIHSS)).toBe(0);
  expect(nihssSum(score(1, "untestable", 2, 0))).toBe(3);
  expect(nihssSum(NIHSS_MAXIMA)).toBe(42);
  expect(NIHSS_ITEMS.length).toBe(NIHSS_MAXIMA.length);
  expect(untestable(score(1, "untestable"))).toBe(1);
  expect(openItems(score(1, "untestable"))).toEqual(NIHSS_ITEMS.slice(2));
});

test("the NIHSS goes over the wire and back; an untouched scale does not go at all", () => {
  expect(toWire(EMPTY_NIHSS)).toBeNull();
  const full = NIHSS_ITEMS.map((_, i) => (i === 3 ? "untestable" : 1)) as NihssScore;
  expect(toWire(full)?.items[3]).toBeNull();
  expect(fromWire(toWire(full))).toEqual(full);
  expect(fromWire(null)).toEqual(EMPTY_NIHSS);
});

test("a first report is empty and has the template of its service; an amendment begins with the version before", () => {
  const first = firstDraft(detail());
  expect(first).toMatchObject({ after: 0, template: "stroke", decision: null, recommendation: "", keyImages: [] });
  const second = firstDraft(detail([signed]));
  expect(second).toMatchObject({ after: 1, decision: "transfer", recommendation: "Verlegen", reason: "" });
  expect(second.keyImages).toEqual([image(1)]);
  expect(second.nihss[1]).toBe("untestable");
});

test("what is missing is named in the order of the form", () => {
  const { studies } = detail();
  const draft = firstDraft(detail());
  expect(missingIn(draft, studies)).toEqual(["decision", "recommendation", "assessment"]);
  expect(answerOf(draft, studies)).toBeNull();
  const filled = { ...draft, decision: "other" as const, recommendation: " x ", findings: "y" };
  expect(missingIn(filled, studies)).toEqual([]);
  expect(answerOf(filled, studies)).toMatchObject({ recommendation: "x", assessment: "", nihss: null });
  expect(missingIn({ ...filled, after: 1 }, studies)).toEqual(["reason"]);
  expect(missingIn({ ...filled, nihss: score(1) }, studies)).toEqual(["nihss"]);
  // Another template has no NIHSS: what was begun there neither hinders nor goes along.
  const general = { ...filled, template: "general" as const, nihss: score(1) };
  expect(missingIn(general, studies)).toEqual([]);
  expect(answerOf(general, studies)?.nihss).toBeNull();
});

test("images of a study that was taken out neither begin in an amendment nor go along in a draft", () => {
  const emptied = { ...detail([signed]), studies: [] };
  expect(firstDraft(emptied).keyImages).toEqual([]);
  const draft = { ...firstDraft(detail([signed])), reason: "Korrektur" };
  expect(missingIn(draft, detail().studies)).toEqual([]);
  expect(missingIn(draft, [])).toEqual(["key_images"]);
  expect(answerOf(draft, [])).toBeNull();
});

test("an outline is put in once and never over what is there", () => {
  const outline = "GCS: \nPupillen: ";
  expect(withOutline("", outline)).toBe(outline);
  expect(withOutline("Text", outline)).toBe(`Text\n\n${outline}`);
  expect(withOutline(`GCS: \n15\nPupillen: weit`, outline)).toBe("GCS: \n15\nPupillen: weit");
});

test("a key image is in once, up to twelve, and can be moved", () => {
  let draft = firstDraft(detail());
  draft = withKeyImage(draft, image(1));
  expect(withKeyImage({ ...draft, keyImages: [image(1, { caption: "x" })] }, image(1)).keyImages).toHaveLength(1);
  const marked = image(1, { marks: [{ shape: "line", points: [[0, 0]], label: "" }] });
  expect(withKeyImage(draft, marked).keyImages).toHaveLength(2);
  for (let n = 2; n < 20; n += 1) draft = withKeyImage(draft, image(n));
  expect(draft.keyImages).toHaveLength(MAX_KEY_IMAGES);
  const [a, b, c] = [image(1), image(2), image(3)];
  expect(moved([a, b, c], 2, -1)).toEqual([a, c, b]);
  expect(moved([a, b, c], 0, 1)).toEqual([b, a, c]);
  expect(moved([a, b, c], 0, -1)).toEqual([a, b, c]);
  expect(moved([a, b, c], 2, 1)).toEqual([a, b, c]);
});

test("a kept draft is read back, and nonsense is none", () => {
  const draft = { ...firstDraft(detail([signed])), reason: "Tippfehler" };
  expect(readDraft(JSON.stringify(draft))).toEqual(draft);
  for (const text of [null, "", "null", "[]", "{}", '{"after":0}', "{"]) expect(readDraft(text)).toBeNull();
  const odd = readDraft(JSON.stringify({ ...draft, nihss: [99, "x", 1.5, -1] }));
  expect(odd?.nihss).toEqual(EMPTY_NIHSS);
});

test("a key image's picture is asked for in its consult and with its window", () => {
  const address = pictureOf("c", detail().studies, image(7, { frame: 3, window_center: 40, window_width: 80 }));
  expect(address).toBe(
    "/dicomweb/studies/1/series/1.2/instances/1.2.7/frames/3/rendered?viewport=480,480&window=40,80,linear-exact&consult=c",
  );
  expect(pictureOf("c", [], image(7))).toBeNull();
  expect(pictureOf("c", detail().studies, image(7, { window_center: 40, window_width: 0 }))).not.toContain("window");
});

/** A tab's storage; node has none. */
class Memory {
  readonly kept: Record<string, string> = {};
  getItem = (key: string) => this.kept[key] ?? null;
  setItem = (key: string, value: string) => void (this.kept[key] = value);
  removeItem = (key: string) => void delete this.kept[key];
}

beforeEach(() => {
  const memory = new Memory();
  // Keys of a real storage are its own properties.
  const storage = new Proxy(memory, { ownKeys: () => Object.keys(memory.kept), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) });
  Object.defineProperty(globalThis, "sessionStorage", { value: storage, configurable: true });
});

test("what is shown of a draft goes with it", async () => {
  const { addKeyImage, discardDraft, forgetDrafts, shownStore } = await import("./drafts");
  const open = detail();
  const { id } = open.summary;
  addKeyImage(open, "anna", image(1));
  for (const forget of [() => discardDraft("anna", id), () => forgetDrafts("berta"), () => forgetDrafts()]) {
    shownStore(id).write("anna", "Lyse");
    expect(shownStore(id).read("anna")).toBe("Lyse");
    forget();
    expect(shownStore(id).read("anna")).toBeNull();
    expect(Object.values({ ...sessionStorage }).join()).not.toContain("Lyse");
  }
  expect(addKeyImage(open, "anna", image(1)), "the draft is gone too").toBe("added");
  forgetDrafts();
});

test("drafts are kept per person and consult, and go with the person", async () => {
  const { addKeyImage, forgetDrafts } = await import("./drafts");
  const open = detail();
  expect(addKeyImage(open, "anna", image(1))).toBe("added");
  expect(addKeyImage(open, "anna", image(1))).toBe("known");
  expect(addKeyImage(open, "berta", image(1))).toBe("added");
  forgetDrafts("anna");
  expect(addKeyImage(open, "anna", image(1))).toBe("known");
  expect(addKeyImage(open, "berta", image(1))).toBe("added");
  forgetDrafts();
  expect(addKeyImage(open, "anna", image(1))).toBe("added");
  for (let n = 2; n <= MAX_KEY_IMAGES; n += 1) expect(addKeyImage(open, "anna", image(n))).toBe("added");
  expect(addKeyImage(open, "anna", image(99))).toBe("full");
});

test("the form calls shown only what has left", () => {
  const draft = firstDraft(detail());
  const told = (more: Partial<InRoom>) => standingOf({ isUnsent: false, isHeldBack: false, isChanged: () => true, ...more } as InRoom, draft);
  expect(told({})).toBe("changed");
  expect(told({ isChanged: () => false })).toBe("since");
  expect(told({ isUnsent: true })).toBe("unsent");
  // It may have left, or not.
  for (const isUnsent of [false, true]) expect(told({ isUnsent, isHeldBack: true })).toBe("heldBack");
  expect(de.room.heldBack).not.toMatch(/gezeigt um/);
  expect(en.room.heldBack).not.toMatch(/shown encrypted at/i);
});
