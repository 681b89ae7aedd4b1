import { describe, expect, it } from "vitest";
import type { RotaPlan } from "../api/types";
import { assign, begin, edited, move, redone, release, undone } from "./edits";

const plan: RotaPlan = { zone: "Europe/Berlin", land: "BW", layers: [], temporaries: [], overrides: [] };
const day = (n: number, level: "primary" | "secondary" = "primary") => ({
  level,
  from: `2026-11-${String(n).padStart(2, "0")}T08:00:00`,
  until: `2026-11-${String(n + 1).padStart(2, "0")}T08:00:00`,
});
const shown = ({ overrides }: RotaPlan) => overrides?.map(({ person, level, from, until }) => `${person} ${level} ${from.slice(8, 13)} ${until.slice(8, 13)}`);

describe("an edit", () => {
  it("puts somebody on duty and cuts what was written before", () => {
    const week = assign(plan, "anna", { level: "primary", from: day(2).from, until: day(8).until });
    expect(shown(assign(week, "ben", day(4)))).toEqual(["anna primary 02T08 04T08", "anna primary 05T08 09T08", "ben primary 04T08 05T08"]);
    expect(shown(week)).toEqual(["anna primary 02T08 09T08"]);
  });

  it("touches no other level, and gives a stretch back to the rotation", () => {
    const both = assign(assign(plan, "anna", day(3)), "ben", day(3, "secondary"));
    expect(shown(release(both, day(3)))).toEqual(["ben secondary 03T08 04T08"]);
    expect(shown(release(plan, day(3)))).toEqual([]);
  });

  it("moves a duty to somebody else and another day, leaving nothing where it was", () => {
    const one = assign(plan, "anna", day(3));
    expect(shown(move(one, day(3), "ben", day(5)))).toEqual(["ben primary 05T08 06T08"]);
  });
});

describe("undo", () => {
  it("goes back and forth, and another edit forgets what was undone", () => {
    const one = assign(plan, "anna", day(3));
    const two = assign(one, "ben", day(4));
    const history = edited(edited(begin(plan), one), two);
    const back = undone(history)!;
    expect([back.plan, redone(back)!.plan]).toEqual([one, two]);
    expect(undone(undone(back)!)).toBeUndefined();
    expect(redone(edited(back, plan))).toBeUndefined();
  });
});
