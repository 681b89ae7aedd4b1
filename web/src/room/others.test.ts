import { describe, expect, it } from "vitest";
import type { Member } from "../api/types";
import { summary } from "../state/samples";
import { waitingFor } from "./others";
import { MAX_PRESENT, presentOf, rollOf } from "./rollCall";

const me = { id: "me", name: "Falk", hospital_id: "h", hospital: "H" };

describe("who else needs me while I am in a room", () => {
  it("are consults that ring for me or wait behind me, the most urgent first", () => {
    const queue = { since: 5, behind: [me], ahead: 0 };
    const found = waitingFor(
      [
        summary("here", { queue }),
        summary("queued", { queue, ringing: [], urgency: "urgent" }),
        summary("rings", { ringing: [me], urgency: "emergency" }),
        summary("others", { ringing: [{ ...me, id: "else" }] }),
      ],
      "here",
      "me",
    );
    expect(found.map(({ consult, isRinging }) => [consult.id, isRinging])).toEqual([
      ["rings", true],
      ["queued", false],
    ]);
  });
});

describe("the roll call", () => {
  const member = (id: number, more: Partial<Member>) =>
    ({ id, person: { ...me, name: `P${id}` }, connected: true, is_guest: false, ...more }) as Member;

  it("begins with everybody who is connected", () => {
    const lines = rollOf([member(1, {}), member(2, { connected: false }), member(3, { is_guest: true })], () => "Teil");
    expect(lines.map(({ name, role }) => [name, role])).toEqual([
      ["P1", "Teil, H"],
      ["P3", "Teil"],
    ]);
  });

  it("records who was ticked and has a name, and not more than the server takes", () => {
    const line = (name: string, isHere = true) => ({ key: name, name, role: " x ", isHere });
    expect(presentOf([line(" Anna "), line(" "), line("Ben", false)])).toEqual([{ name: "Anna", role: "x" }]);
    expect(presentOf(Array.from({ length: 99 }, (_, i) => line(`${i}`)))).toHaveLength(MAX_PRESENT);
  });
});
