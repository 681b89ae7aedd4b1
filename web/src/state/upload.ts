/** The queue of an upload: which objects go next, what came of them. Pure; the bytes are moved elsewhere. */

export type UploadStatus = "waiting" | "sending" | "sent" | "failed";

/** One DICOM object of a study. */
export interface UploadItem {
  sopInstanceUid: string;
  studyInstanceUid: string;
  /** File name as the user knows it. */
  name: string;
  /** Bytes. */
  size: number;
  status: UploadStatus;
  /** Attempts that the network or the server let down. */
  tries: number;
  /** Why it failed, a key of `refer:upload.reason`. */
  reason: string | null;
}

export interface UploadQueue {
  items: ReadonlyMap<string, UploadItem>;
}

export const EMPTY_UPLOAD: UploadQueue = { items: new Map() };

/** Objects and bytes of one request. More loses more work at a broken connection; less pays a round trip per slice
 * (LAB.md: 82–211 objects/s with one client). */
export const BATCH_OBJECTS = 12;
export const BATCH_BYTES = 8 * 1024 * 1024;
/** Attempts for one object before a human is asked. The network may go and come: only refusals by the server count. */
export const MAX_TRIES = 4;

export type UploadEvent =
  | { type: "added"; items: readonly Omit<UploadItem, "status" | "tries" | "reason">[] }
  /** The server has these already: resume, or an answer that got lost. */
  | { type: "already_there"; sopInstanceUids: readonly string[] }
  | { type: "taken"; sopInstanceUids: readonly string[] }
  | { type: "stored"; sopInstanceUids: readonly string[] }
  | { type: "refused"; sopInstanceUid: string; reason: string }
  /** No answer, or one that says try again: back into the queue. `counts` when the server was reached. */
  | { type: "returned"; sopInstanceUids: readonly string[]; counts: boolean; reason: string }
  | { type: "retry_failed" }
  /** Nothing more of this study is wanted. */
  | { type: "dropped"; studyInstanceUid: string };

export function reduceUpload(queue: UploadQueue, event: UploadEvent): UploadQueue {
  const items = new Map(queue.items);
  const change = (uid: string, with_: (item: UploadItem) => UploadItem) => {
    const item = items.get(uid);
    if (item) items.set(uid, with_(item));
  };
  switch (event.type) {
    case "added":
      for (const item of event.items) {
        const known = items.get(item.sopInstanceUid);
        // The same folder dropped again: what was sent stays sent, what failed gets its file and a new chance.
        if (known === undefined || known.status === "failed") {
          items.set(item.sopInstanceUid, { ...item, status: "waiting", tries: 0, reason: null });
        }
      }
      break;
    case "already_there":
    case "stored":
      for (const uid of event.sopInstanceUids) change(uid, (item) => ({ ...item, status: "sent", reason: null }));
      break;
    case "taken":
      for (const uid of event.sopInstanceUids) change(uid, (item) => ({ ...item, status: "sending" }));
      break;
    case "refused":
      change(event.sopInstanceUid, (item) => ({ ...item, status: "failed", reason: event.reason }));
      break;
    case "returned":
      for (const uid of event.sopInstanceUids) {
        change(uid, (item) => {
          if (item.status === "sent") return item;
          const tries = item.tries + (event.counts ? 1 : 0);
          return { ...item, tries, status: tries >= MAX_TRIES ? "failed" : "waiting", reason: event.reason };
        });
      }
      break;
    case "retry_failed":
      for (const [uid, item] of items) {
        if (item.status === "failed") items.set(uid, { ...item, status: "waiting", tries: 0, reason: null });
      }
      break;
    case "dropped":
      for (const [uid, item] of items) if (item.studyInstanceUid === event.studyInstanceUid) items.delete(uid);
      break;
  }
  return { items };
}

/** The next request: objects of one study, in the order in which they were added; empty when nothing waits. */
export function nextBatch(queue: UploadQueue, maxObjects = BATCH_OBJECTS): UploadItem[] {
  const batch: UploadItem[] = [];
  let bytes = 0;
  for (const item of queue.items.values()) {
    if (item.status !== "waiting") continue;
    const first = batch[0];
    if (first && item.studyInstanceUid !== first.studyInstanceUid) continue;
    if (first && bytes + item.size > BATCH_BYTES) continue;
    batch.push(item);
    bytes += item.size;
    if (batch.length >= maxObjects) break;
  }
  return batch;
}

export interface UploadProgress {
  total: number;
  sent: number;
  failed: number;
  /** Waiting or on their way. */
  open: number;
  bytes: number;
  sentBytes: number;
}

export function progressOf(queue: UploadQueue, studyInstanceUid?: string): UploadProgress {
  const progress: UploadProgress = { total: 0, sent: 0, failed: 0, open: 0, bytes: 0, sentBytes: 0 };
  for (const item of queue.items.values()) {
    if (studyInstanceUid !== undefined && item.studyInstanceUid !== studyInstanceUid) continue;
    progress.total += 1;
    progress.bytes += item.size;
    if (item.status === "sent") {
      progress.sent += 1;
      progress.sentBytes += item.size;
    } else if (item.status === "failed") progress.failed += 1;
    else progress.open += 1;
  }
  return progress;
}

export const failedItems = (queue: UploadQueue): UploadItem[] =>
  [...queue.items.values()].filter((item) => item.status === "failed");

/** Studies of the queue, in the order of their first object. */
export function studiesOf(queue: UploadQueue): string[] {
  return [...new Set([...queue.items.values()].map((item) => item.studyInstanceUid))];
}
