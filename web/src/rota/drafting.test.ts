import { describe, expect, it } from "vitest";
import type { RotaPlan } from "../api/types";
import { adopted, written, type Seen } from "./drafting";
import { assign, begin, edited } from "./edits";

const day = (n: number) => ({ level: "primary" as const, from: `2026-11-0${n}T08:00:00`, until: `2026-11-0${n + 1}T08:00:00` });
const empty: RotaPlan = { zone: "Europe/Berlin", land: "BW", layers: [], temporaries: [], overrides: [] };
const mine = assign(empty, "anna", day(3));
const theirs = assign(empty, "ben", day(5));
const seen = (rev: number, plan: RotaPlan, at: number, revision = 4): Seen => ({ rev, revision, plan, at });

/** Begun upon what was published, one edit written. */
const drafted = () => written(adopted(undefined, seen(0, empty, 10), true), edited(begin(empty), mine), 20);

describe("what is drafted here", () => {
  it("stays while the server has what was written, with its steps for undo", () => {
    const drafting = drafted();
    expect(drafting.rev).toBe(1);
    expect(adopted(drafting, seen(1, mine, 30), true)).toBe(drafting);
  });

  it("gives way to what somebody else wrote, and says so: their number never goes with the plan of here", () => {
    const drafting = adopted(drafted(), seen(2, theirs, 30), true);
    expect(drafting).toEqual({ rev: 2, revision: 4, at: 30, history: begin(theirs), isForeign: true });
  });

  it("gives way when somebody published or discarded it, though the numbers of the draft begin anew", () => {
    expect(adopted(drafted(), seen(0, theirs, 30, 5), true).history.plan).toBe(theirs);
    expect(adopted(drafted(), seen(0, empty, 30), true).history.plan).toBe(empty);
    expect(adopted(drafted(), seen(1, theirs, 30, 5), true).isForeign).toBe(true);
  });

  it("is not taken for overtaken by an older answer, nor by one that comes while it is written", () => {
    const drafting = drafted();
    // The month before, as it was cached.
    expect(adopted(drafting, seen(0, empty, 15), true)).toBe(drafting);
    expect(adopted(drafting, seen(0, empty, 30), false)).toBe(drafting);
  });

  it("drops nothing, and says nothing, where nothing was changed here", () => {
    expect(adopted(adopted(undefined, seen(1, mine, 10), true), seen(2, theirs, 20), true).isForeign).toBe(false);
  });
});
