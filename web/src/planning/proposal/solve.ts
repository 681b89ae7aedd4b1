/** A program given to HiGHS (npm `highs`, MIT: the solver of the University of Edinburgh, in WebAssembly). */

import type { Highs } from "highs";
import type { Program } from "./program";

/** How far the search is. */
export interface Progress {
  /** Points of the best found. */
  readonly points: number;
  /** Points that the best possible can be below that. */
  readonly gap: number;
  readonly values: Float64Array;
}

export interface Solved extends Progress {
  /** Nothing better exists; otherwise the time was over first. */
  readonly isBest: boolean;
}

/** Points within which a proposal counts as the best: half of one wish. Less takes long to prove and is felt by nobody. */
const GAP = 5;

/** Blocks until it is solved or the time is over; runs in a worker therefore. Undefined: nothing was found in time. */
export function solve(highs: Highs, program: Program, seconds: number, onBetter: (progress: Progress) => void = () => undefined, gap = GAP): Solved | undefined {
  const { columns, rows } = program;
  const starts = [0];
  for (const { terms } of rows) starts.push((starts.at(-1) ?? 0) + terms.length);
  const terms = rows.flatMap((row) => row.terms);
  const finite = (value: number) => (Number.isFinite(value) ? value : Math.sign(value) * highs.infinity);
  const list = <T>(of: readonly T[], value: (each: T) => number) => Float64Array.from(of, (each) => finite(value(each)));
  return highs.withModel(
    {
      numCols: columns.length,
      numRows: rows.length,
      offset: program.offset,
      colCost: list(columns, ({ cost }) => cost),
      colLower: list(columns, ({ lower }) => lower),
      colUpper: list(columns, ({ upper }) => upper),
      rowLower: list(rows, ({ lower }) => lower),
      rowUpper: list(rows, ({ upper }) => upper),
      integrality: Int32Array.from(columns, ({ isWhole }) => Number(isWhole)),
      matrix: {
        format: "csr",
        numRows: rows.length,
        numCols: columns.length,
        starts: Int32Array.from(starts),
        indices: Int32Array.from(terms, ([column]) => column),
        values: Float64Array.from(terms, ([, factor]) => factor),
      },
    },
    (model) => {
      // The same seed: whoever asks again gets the same proposal.
      model.options.set({ output_flag: false, time_limit: seconds, mip_rel_gap: 0, mip_abs_gap: gap, random_seed: 0 });
      let best: Progress | undefined;
      const { mipImprovingSolution } = highs.constants.callbackType;
      model.run({
        [mipImprovingSolution]: ({ data }) => {
          if (!data.mip_solution) return;
          const points = data.objective_function_value ?? 0;
          best = { points, gap: points - (data.mip_dual_bound ?? -Infinity), values: data.mip_solution };
          onBetter(best);
        },
      });
      const isBest = model.getModelStatus() === highs.constants.modelStatus.optimal;
      const bound = Number(model.info.get("mip_dual_bound"));
      if (!isBest) return best && { ...best, gap: best.points - bound, isBest };
      const points = model.getObjectiveValue();
      return { points, gap: Math.max(0, points - bound), values: model.getSolution().colValue, isBest };
    },
  );
}
