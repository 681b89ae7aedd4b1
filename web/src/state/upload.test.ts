import { describe, expect, test } from "vitest";
import {
  BATCH_BYTES,
  BATCH_OBJECTS,
  EMPTY_UPLOAD,
  failedItems,
  MAX_TRIES,
  nextBatch,
  progressOf,
  reduceUpload,
  studiesOf,
  type UploadEvent,
  type UploadQueue,
} from "./upload";

const run = (...events: UploadEvent[]): UploadQueue => events.reduce(reduceUpload, EMPTY_UPLOAD);
const object = (uid: string, study = "s", size = 100) => ({ sopInstanceUid: uid, studyInstanceUid: study, name: uid, size });
const added = (count: number): UploadEvent => ({
  type: "added",
  items: Array.from({ length: count }, (_, index) => object(String(index))),
});
const uids = (queue: UploadQueue) => nextBatch(queue).map((item) => item.sopInstanceUid);

describe("the upload queue", () => {
  test("a batch has no more objects and bytes than one request should carry", () => {
    expect(uids(run(added(40)))).toHaveLength(BATCH_OBJECTS);
    const large = run({ type: "added", items: [object("a", "s", BATCH_BYTES), object("b", "s", 1), object("c", "s", 1)] });
    expect(uids(large)).toEqual(["a"]);
  });

  test("an object larger than a batch goes alone", () => {
    expect(uids(run({ type: "added", items: [object("a", "s", BATCH_BYTES * 3)] }))).toEqual(["a"]);
  });

  test("a batch holds one study", () => {
    const queue = run({ type: "added", items: [object("a", "s"), object("b", "t"), object("c", "s")] });
    expect(uids(queue)).toEqual(["a", "c"]);
    expect(studiesOf(queue)).toEqual(["s", "t"]);
  });

  test("what is on its way or has arrived is not sent again", () => {
    const queue = run(added(3), { type: "taken", sopInstanceUids: ["0"] }, { type: "already_there", sopInstanceUids: ["1"] });
    expect(uids(queue)).toEqual(["2"]);
    expect(progressOf(queue)).toMatchObject({ total: 3, sent: 1, open: 2, failed: 0 });
  });

  test("the same folder dropped again sends only what failed", () => {
    const queue = run(
      added(3),
      { type: "stored", sopInstanceUids: ["0"] },
      { type: "refused", sopInstanceUid: "1", reason: "unreadable" },
      { type: "stored", sopInstanceUids: ["2"] },
      added(3),
    );
    expect(uids(queue)).toEqual(["1"]);
  });

  test("a lost connection costs no try, a server that answers with errors does", () => {
    const back = (counts: boolean): UploadEvent => ({ type: "returned", sopInstanceUids: ["0"], counts, reason: "no_answer" });
    expect(uids(run(added(1), ...Array.from({ length: 20 }, () => back(false))))).toEqual(["0"]);
    const tired = run(added(1), ...Array.from({ length: MAX_TRIES }, () => back(true)));
    expect(failedItems(tired)).toHaveLength(1);
    expect(uids(reduceUpload(tired, { type: "retry_failed" }))).toEqual(["0"]);
  });

  test("an object that arrived stays so, although its request seemed lost", () => {
    const queue = run(
      added(1),
      { type: "taken", sopInstanceUids: ["0"] },
      { type: "already_there", sopInstanceUids: ["0"] },
      { type: "returned", sopInstanceUids: ["0"], counts: false, reason: "no_answer" },
    );
    expect(progressOf(queue).sent).toBe(1);
  });
});
