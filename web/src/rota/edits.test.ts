import { describe, expect, it } from "vitest";
import type { RotaPlan } from "../api/types";
import { assign, begin, changed, edited, isWritten, redone, release, undone } from "./edits";

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
    expect(shown(changed(one, { person: "anna", ...day(3) }, "ben", day(5))!)).toEqual(["ben primary 05T08 06T08"]);
  });

  it("knows what a hand has written, also in pieces, and not what the rotation has", () => {
    const pieces = assign(assign(plan, "anna", day(4)), "anna", day(3));
    const both = { person: "anna", ...day(3), until: day(4).until };
    expect(isWritten(pieces, both)).toBe(true);
    expect(isWritten(pieces, { ...both, until: day(5).until })).toBe(false);
    expect(isWritten(pieces, { ...both, person: "ben" })).toBe(false);
    expect(isWritten(assign(plan, "anna", day(4)), both)).toBe(false);
    expect(isWritten(assign(plan, "anna", { ...day(3), from: `${day(3).from}.250` }), { person: "anna", ...day(3) })).toBe(true);
  });

  it("of the rotation's duty covers it or makes it longer, and neither moves nor shortens it", () => {
    const duty = { person: "anna", ...day(3) };
    const longer = { ...day(3), until: day(4).until };
    const shorter = { ...day(3), until: "2026-11-04T07:00:00" };
    expect(shown(changed(plan, duty, "ben", day(3))!)).toEqual(["ben primary 03T08 04T08"]);
    expect(shown(changed(plan, duty, "anna", longer)!)).toEqual(["anna primary 03T08 05T08"]);
    expect(shown(changed(plan, duty, "ben", shorter)!)).toEqual(["ben primary 03T08 04T07"]);
    expect(changed(plan, duty, "anna", shorter)).toBeUndefined();
    for (const person of ["anna", "ben"]) expect(changed(plan, duty, person, day(4))).toBeUndefined();
    expect(changed(plan, duty, "anna", day(3, "secondary"))).toBeUndefined();
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
