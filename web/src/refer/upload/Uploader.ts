/** Moves the queue of one consult: declares studies, stores batches, resumes after errors. */

import { api } from "../../api/client";
import { asApiError, type FailureCode } from "../../api/problem";
import { retryDelay } from "../../api/sse";
import { store } from "../../api/stow";
import type { ConsultId } from "../../api/types";
import { isRetryable, reasonKey, type StowResult } from "../../state/stow";
import {
  BATCH_OBJECTS,
  EMPTY_UPLOAD,
  nextBatch,
  progressOf,
  reduceUpload,
  studiesOf,
  type UploadEvent,
  type UploadItem,
  type UploadQueue,
} from "../../state/upload";
import type { ScannedObject } from "./scan";

/** Requests at a time. More takes the line from the call that runs beside it; less leaves it idle between batches. */
const CONCURRENCY = 3;

export interface UploadState {
  queue: UploadQueue;
  /** Why it waits before trying again; `null` while it works or is done. */
  waitingFor: FailureCode | null;
  /** Why it stopped for good, until a human tries again. */
  stopped: FailureCode | null;
}

/** What the uploader needs of the world; tests bring their own. */
export interface UploadPort {
  declare: (studyInstanceUid: string, instances: number) => Promise<{ id: string }>;
  received: (studyId: string) => Promise<string[]>;
  store: (studyInstanceUid: string, files: readonly Blob[]) => Promise<StowResult>;
  /** Resolves after `ms` milliseconds, or earlier when trying again makes sense. */
  pause: (ms: number) => Promise<void>;
}

export class Uploader {
  private current: UploadState = { queue: EMPTY_UPLOAD, waitingFor: null, stopped: null };
  private readonly files = new Map<string, File>();
  private readonly declared = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private running = false;
  private failures = 0;
  private maxObjects = BATCH_OBJECTS;

  constructor(private readonly port: UploadPort) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly state = (): UploadState => this.current;

  get isBusy(): boolean {
    return progressOf(this.current.queue).open > 0;
  }

  add(objects: readonly ScannedObject[]): void {
    for (const object of objects) this.files.set(object.sopInstanceUid, object.file);
    this.dispatch({
      type: "added",
      items: objects.map((object) => ({
        sopInstanceUid: object.sopInstanceUid,
        studyInstanceUid: object.studyInstanceUid,
        name: object.file.name,
        size: object.file.size,
      })),
    });
    void this.run();
  }

  /** Sends nothing more of a study: it was found to be another patient's. */
  drop(studyInstanceUid: string): void {
    for (const item of this.current.queue.items.values()) {
      if (item.studyInstanceUid === studyInstanceUid) this.files.delete(item.sopInstanceUid);
    }
    this.declared.delete(studyInstanceUid);
    this.dispatch({ type: "dropped", studyInstanceUid });
  }

  retry(): void {
    this.dispatch({ type: "retry_failed" });
    void this.run();
  }

  private dispatch(event: UploadEvent): void {
    this.update({ queue: reduceUpload(this.current.queue, event) });
  }

  private update(change: Partial<UploadState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }

  /** One round: what is there already, then everything that waits; again until nothing is left. */
  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.update({ stopped: null });
    try {
      while (progressOf(this.current.queue).open > 0 && this.current.stopped === null) {
        try {
          await this.prepare();
          const outcomes = await Promise.allSettled(Array.from({ length: CONCURRENCY }, () => this.work()));
          const failed = outcomes.find((outcome) => outcome.status === "rejected");
          if (failed) throw failed.reason;
          this.failures = 0;
        } catch (error) {
          await this.recover(error);
        }
      }
    } finally {
      this.running = false;
      this.update({ waitingFor: null });
    }
  }

  /** Declares what was added, and asks what has arrived: after a lost answer or a reload much of it has. */
  private async prepare(): Promise<void> {
    for (const study of studiesOf(this.current.queue)) {
      const { total } = progressOf(this.current.queue, study);
      if (this.declared.get(study) === total && this.failures === 0) continue;
      const { id } = await this.port.declare(study, total);
      this.dispatch({ type: "already_there", sopInstanceUids: await this.port.received(id) });
      this.declared.set(study, total);
    }
    this.update({ waitingFor: null });
  }

  private async work(): Promise<void> {
    for (;;) {
      if (this.current.stopped !== null || this.current.waitingFor !== null) return;
      const batch = nextBatch(this.current.queue, this.maxObjects);
      const first = batch[0];
      if (first === undefined) return;
      const uids = batch.map((item) => item.sopInstanceUid);
      this.dispatch({ type: "taken", sopInstanceUids: uids });
      try {
        const result = await this.port.store(
          first.studyInstanceUid,
          uids.flatMap((uid) => this.files.get(uid) ?? []),
        );
        this.settle(batch, result);
      } catch (error) {
        const failure = asApiError(error);
        if (failure?.code === "too_large") this.tooLarge(batch);
        else {
          this.dispatch({
            type: "returned",
            sopInstanceUids: uids,
            counts: failure === null || failure.status > 0,
            reason: "no_answer",
          });
          // The other workers finish what they have on the way and take nothing new.
          this.update({ waitingFor: failure?.code ?? "unknown" });
          throw error;
        }
      }
    }
  }

  private settle(batch: readonly UploadItem[], result: StowResult): void {
    this.dispatch({ type: "stored", sopInstanceUids: result.stored });
    for (const uid of result.stored) this.files.delete(uid);
    const mentioned = new Set(result.stored);
    for (const { sopInstanceUid, reason } of result.refused) {
      mentioned.add(sopInstanceUid);
      if (isRetryable(reason)) {
        this.dispatch({ type: "returned", sopInstanceUids: [sopInstanceUid], counts: true, reason: reasonKey(reason) });
      } else this.dispatch({ type: "refused", sopInstanceUid, reason: reasonKey(reason) });
    }
    // An object that could not be read is refused without its name: those that nobody mentioned are meant.
    const reason = result.unnamed[0] === undefined ? "not_mentioned" : reasonKey(result.unnamed[0]);
    for (const { sopInstanceUid } of batch) {
      if (!mentioned.has(sopInstanceUid)) this.dispatch({ type: "refused", sopInstanceUid, reason });
    }
  }

  /** A proxy or the server found the request too large: from now on one object at a time. */
  private tooLarge(batch: readonly UploadItem[]): void {
    const uids = batch.map((item) => item.sopInstanceUid);
    const only = uids[0];
    if (uids.length === 1 && only !== undefined) this.dispatch({ type: "refused", sopInstanceUid: only, reason: "too_large" });
    else {
      this.maxObjects = 1;
      this.dispatch({ type: "returned", sopInstanceUids: uids, counts: false, reason: "too_large" });
    }
  }

  private async recover(error: unknown): Promise<void> {
    const failure = asApiError(error);
    const code = failure?.code ?? "unknown";
    if (failure !== null && !failure.isTransient) {
      this.update({ stopped: code, waitingFor: null });
      return;
    }
    this.failures += 1;
    this.update({ waitingFor: code });
    await this.port.pause(Math.max((failure?.retryAfter ?? 0) * 1000, retryDelay(this.failures, Math.random())));
  }
}

/** Waits, but not longer than until the network is back. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
}

const uploaders = new Map<ConsultId, Uploader>();

/** The consult's uploader; it goes on while other pages of the app are open. */
export function uploaderOf(consult: ConsultId): Uploader {
  let uploader = uploaders.get(consult);
  if (uploader === undefined) {
    uploader = new Uploader({
      declare: (studyInstanceUid, instances) =>
        api.declareStudy(consult, { study_instance_uid: studyInstanceUid, instances }),
      received: api.receivedInstances,
      store,
      pause,
    });
    uploaders.set(consult, uploader);
  }
  return uploader;
}

/** Ends the upload of a study, where this page has one. */
export const dropUpload = (consult: ConsultId, studyInstanceUid: string): void =>
  uploaders.get(consult)?.drop(studyInstanceUid);

/** Whether leaving the page would break an upload off. */
export const isAnyUploadBusy = (): boolean => [...uploaders.values()].some((uploader) => uploader.isBusy);
