import { useEffect, useRef, useState } from "react";
import { prepare, type Assignment, type Instance, type Problem } from "./proposal/model";
import { assignmentOf, programOf } from "./proposal/program";
import { balances, reasons, type Balance, type Reason } from "./proposal/reasons";
import { search, type Search } from "./proposal/search";
import type { Progress, Solved } from "./proposal/solve";

export interface Found {
  readonly instance: Instance;
  readonly assignment: Assignment;
  readonly reasons: readonly Reason[];
  readonly balances: readonly Balance[];
  readonly isBest: boolean;
  /** Points that something better could be below it. */
  readonly gap: number;
}

export type Searching =
  | { at: "rest" }
  | { at: "work"; since: number; seconds: number; better: { open: number; gap: number } | undefined }
  | { at: "done"; found: Found }
  | { at: "nothing" }
  | { at: "failed" };

/** A search for a proposal; it ends with the page that shows it. */
export function useProposal() {
  const [state, setState] = useState<Searching>({ at: "rest" });
  const running = useRef<Search | undefined>(undefined);
  const end = () => {
    running.current?.stop();
    running.current = undefined;
  };
  useEffect(() => end, []);

  const start = async (problem: Problem, seconds: number) => {
    end();
    const instance = prepare(problem);
    const program = programOf(instance);
    const given = (values: Float64Array) => assignmentOf(program, values, problem.shifts.length);
    const open = (values: Float64Array) => given(values).filter((who) => who === undefined).length;
    setState({ at: "work", since: Date.now(), seconds, better: undefined });
    const better = ({ values, gap }: Progress) => setState((old) => (old.at === "work" ? { ...old, better: { open: open(values), gap } } : old));
    const own = search(program, seconds, better);
    running.current = own;
    try {
      const solved = await own.result;
      if (running.current === own) setState(solved ? { at: "done", found: foundOf(instance, given(solved.values), solved) } : { at: "nothing" });
    } catch {
      if (running.current === own) setState({ at: "failed" });
    }
  };
  return {
    state,
    start,
    /** Ends it with the best found so far. */
    stop: () => running.current?.stop(),
    /** Ends it, whatever was found. */
    reset: () => {
      end();
      setState({ at: "rest" });
    },
  };
}

function foundOf(instance: Instance, assignment: Assignment, { isBest, gap }: Solved): Found {
  return { instance, assignment, reasons: reasons(instance, assignment), balances: balances(instance, assignment), isBest, gap };
}
