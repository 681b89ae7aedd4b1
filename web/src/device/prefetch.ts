/**
 * Loads the frames of an accepted consult ahead of its room, into the HTTP cache, where the viewer finds them: the server
 * lets frames be kept for an hour. One consult at a time.
 */

import { send } from "../api/client";
import type { ConsultId, StudyStatus } from "../api/types";
import { budgetOf, inOrder, type Progress } from "../state/prefetch";
import { addressOf, imageIdOf, inConsult, readStudy, type Dataset, type ImageName } from "../viewer/dicom";
import { getBudgets, network } from "./budgets";

/** What Cornerstone's loader asks for: the cache tells answers apart by it. */
const ACCEPT = "multipart/related; type=application/octet-stream; transfer-syntax=*";
/** Requests at once. More keeps a ring's own answer waiting on a slow line; less leaves a fast one idle. */
const AT_ONCE = 3;
const METADATA_TIMEOUT = 60_000;

class Prefetcher {
  private readonly listeners = new Set<() => void>();
  private readonly all = new Map<ConsultId, Progress>();
  /** How many images of a consult were there when it was loaded. */
  private readonly known = new Map<ConsultId, number>();
  private running: { id: ConsultId; abort: AbortController } | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly progressOf = (id: ConsultId): Progress | undefined => this.all.get(id);

  /** Begins unless these images are loaded already, or somebody stopped it. */
  start(id: ConsultId, studies: readonly StudyStatus[]): void {
    const received = studies.reduce((sum, study) => sum + study.received, 0);
    if (received === 0 || this.running !== null || this.known.get(id) === received || this.all.get(id)?.state === "stopped") return;
    this.known.set(id, received);
    const budget = budgetOf(getBudgets(), network());
    if (budget === 0) {
      this.tell(id, { state: "off", bytes: 0, budget, loaded: 0, frames: 0 });
      return;
    }
    const abort = new AbortController();
    this.running = { id, abort };
    void this.run(id, studies, budget, abort.signal).finally(() => (this.running = null));
  }

  stop(id: ConsultId): void {
    const progress = this.all.get(id);
    if (this.running?.id === id) this.running.abort.abort();
    if (progress) this.tell(id, { ...progress, state: "stopped" });
  }

  private async run(id: ConsultId, studies: readonly StudyStatus[], budget: number, signal: AbortSignal): Promise<void> {
    let progress: Progress = { state: "running", bytes: 0, budget, loaded: 0, frames: 0 };
    const step = (change: Partial<Progress>) => {
      if (signal.aborted) return;
      progress = { ...progress, ...change };
      this.tell(id, progress);
    };
    step({});
    try {
      const frames = await framesOf(id, studies, signal);
      step({ frames: frames.length });
      const queue = frames.values();
      let onTheirWay = 0;
      const worker = async () => {
        for (const frame of queue) {
          const size = progress.loaded === 0 ? 0 : progress.bytes / progress.loaded;
          if (progress.bytes + (onTheirWay + 1) * size > budget || signal.aborted) return;
          onTheirWay += 1;
          const bytes = await load(id, frame, signal);
          onTheirWay -= 1;
          step({ bytes: progress.bytes + bytes, loaded: progress.loaded + 1 });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      step({ state: progress.loaded < frames.length ? "budget" : "done" });
    } catch {
      // The viewer loads what is missing, and says what is wrong.
      step({ state: "failed" });
    }
  }

  private tell(id: ConsultId, progress: Progress): void {
    this.all.set(id, progress);
    for (const listener of this.listeners) listener();
  }
}

async function framesOf(id: ConsultId, studies: readonly StudyStatus[], signal: AbortSignal): Promise<ImageName[]> {
  const frames: ImageName[] = [];
  for (const study of studies) {
    if (study.received === 0) continue;
    const url = inConsult(id, `/dicomweb/studies/${encodeURIComponent(study.study_instance_uid)}/metadata`);
    const response = await send(url, { headers: { Accept: "application/dicom+json" }, signal }, METADATA_TIMEOUT);
    const series = readStudy((await response.json()) as Dataset[]);
    frames.push(...inOrder(series.map((one) => ({ images: one.images.map((image) => ({ ...one, ...image })) }))));
  }
  return frames;
}

/** Bytes of one frame; not by `send`, which keeps nothing in the cache. */
async function load(id: ConsultId, frame: ImageName, signal: AbortSignal): Promise<number> {
  const url = addressOf(imageIdOf(id, frame).replace(/^wadors:/, ""));
  const response = await fetch(url, { headers: { Accept: ACCEPT }, credentials: "same-origin", signal, priority: "low" });
  if (!response.ok) throw new Error(`frame: ${response.status}`);
  return (await response.arrayBuffer()).byteLength;
}

export const prefetcher = new Prefetcher();
