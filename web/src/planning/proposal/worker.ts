/** The solver, off the page's thread: it blocks while it searches, and ends with the worker. */

import loadHighs from "highs";
import wasm from "highs/runtime?url";
import type { Program } from "./program";
import { solve, type Progress, type Solved } from "./solve";

export interface Wish {
  readonly program: Program;
  readonly seconds: number;
}

export type Answer = { type: "better"; progress: Progress } | { type: "done"; solved: Solved | undefined } | { type: "failed" };

const answer = (message: Answer) => self.postMessage(message);

self.onmessage = async ({ data: { program, seconds } }: MessageEvent<Wish>) => {
  try {
    const highs = await loadHighs({ locateFile: () => wasm });
    answer({ type: "done", solved: solve(highs, program, seconds, (progress) => answer({ type: "better", progress })) });
  } catch {
    answer({ type: "failed" });
  }
};
