/** A search in a worker that can be stopped with the best found so far. */

import type { Program } from "./program";
import type { Progress, Solved } from "./solve";
import type { Answer, Wish } from "./worker";

export interface Search {
  readonly result: Promise<Solved | undefined>;
  /** Ends it with the best found so far. */
  stop(): void;
}

/** Rejects where the solver cannot be loaded or fails. */
export function search(program: Program, seconds: number, onBetter: (progress: Progress) => void): Search {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "proposal" });
  let best: Progress | undefined;
  let stop = () => undefined as void;
  const result = new Promise<Solved | undefined>((resolve, reject) => {
    stop = () => resolve(best && { ...best, isBest: false });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.type === "better") onBetter((best = data.progress));
      else if (data.type === "done") resolve(data.solved);
      else reject(new Error("the solver failed"));
    };
    worker.onerror = () => reject(new Error("the solver could not be loaded"));
    worker.postMessage({ program, seconds } satisfies Wish);
  });
  return { result: result.finally(() => worker.terminate()), stop: () => stop() };
}
