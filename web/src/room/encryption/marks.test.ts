import { describe, expect, it } from "vitest";
import type { Encryption as Mode, Member } from "../../api/types";
import type { EncryptionState } from "../../e2ee/encryption";
import type { Standing } from "../../e2ee/words/checks";
import { isBlocked } from "./blocked";
import { attestedRoster, differenceOf, markOf, waitsFor } from "./marks";

const member = (person: string) => ({ leaf: 0, key: `key of ${person}`, attestation: { person } });

function state(part: Partial<Record<keyof EncryptionState, unknown>>): EncryptionState {
  return {
    status: "sealed",
    generation: 1,
    epoch: 1,
    members: [member("me"), member("falk")],
    fault: undefined,
    announced: [],
    isAuthorityNew: false,
    isLiftOffered: false,
    mediaLosses: 0,
    differs: false,
    ...part,
  } as EncryptionState;
}

describe("the mark beside the state", () => {
  const mark = (part: Parameters<typeof state>[0], standings: Record<string, Standing> = {}) =>
    markOf({ snapshot: () => state(part), standing: (person) => standings[person] ?? "unknown" }, "me");

  it("says checked when the words were compared with everybody else, and not for oneself alone", () => {
    expect(mark({})).toBeUndefined();
    expect(mark({}, { falk: "checked" })).toBe("checked");
    expect(mark({ members: [member("me"), member("falk"), member("guest")] }, { falk: "checked" })).toBeUndefined();
    expect(mark({ members: [member("me")] })).toBeUndefined();
  });

  it("says changed as long as one key is another than it was", () => {
    expect(mark({}, { falk: "changed" })).toBe("changed");
    expect(mark({ announced: [member("falk")] }, { falk: "checked" })).toBe("changed");
    expect(mark({ isAuthorityNew: true }, { falk: "checked" })).toBe("changed");
  });

  it("says before all else that the words differ", () => {
    expect(mark({ differs: true }, { falk: "checked" })).toBe("differs");
    expect(mark({ differs: true, announced: [member("falk")] })).toBe("differs");
    expect(mark({ differs: true, status: "lifted" })).toBeUndefined();
  });

  it("says nothing of a group that is not there", () => {
    for (const status of ["required", "barred", "lifted"]) expect(mark({ status }, { falk: "checked" })).toBeUndefined();
  });
});

describe("a tile", () => {
  it("waits until its person is in the group, and for nothing in a lifted room or where one is barred", () => {
    expect(waitsFor(state({}), "falk")).toBe(false);
    expect(waitsFor(state({}), "guest")).toBe(true);
    expect(waitsFor(state({ status: "required" }), "falk")).toBe(true);
    expect(waitsFor(state({ status: "barred" }), "falk")).toBe(false);
    expect(waitsFor(state({ status: "lifted", members: [] }), "guest")).toBe(false);
  });
});

describe("a browser that cannot encrypt", () => {
  const lifted = { type: "lifted", at: 0, by: {} } as unknown as Mode;

  it("stays outside unless the room was lifted", () => {
    expect(isBlocked({ type: "required" }, ["x25519"])).toBe(true);
    expect(isBlocked({ type: "required" }, [])).toBe(false);
    expect(isBlocked(lifted, ["x25519"])).toBe(false);
  });
});

describe("those in the room, as the keys attest them", () => {
  const seat = (id: string, name: string) => ({ id: 1, person: { id, name, hospital: "?" }, is_guest: false }) as unknown as Member;
  const falk = { leaf: 1, key: "k", attestation: { person: "falk", name: "Dr. Miriam Falk", hospital: "Uniklinikum", role: "specialist" } };
  const guest = { leaf: 2, key: "g", attestation: { person: "guest", name: "Frau Muster", hospital: undefined, role: "guest" } };
  const group = state({ members: [falk, guest] });

  it("have the attested name, house and part, whatever the server says", () => {
    const roster = [seat("falk", "Dr. Chef"), seat("guest", "Prof. Nowak"), seat("late", "Dr. Spät")];
    const shown = attestedRoster(roster, group).map(({ person, is_guest }) => [person.name, person.hospital, is_guest]);
    expect(shown).toEqual([["Dr. Miriam Falk", "Uniklinikum", false], ["Frau Muster", "?", true], ["Dr. Spät", "?", false]]);
    expect(attestedRoster(roster, state({ members: [falk], status: "lifted" }))).toBe(roster);
  });

  it("are all to be seen: who is in the group and not in the roster is pointed out, and the other way round", () => {
    const late = seat("late", "Dr. Spät");
    expect(differenceOf(group, [seat("falk", "x")])).toEqual({ ghosts: [guest], keyless: [] });
    expect(differenceOf(group, [seat("falk", "x"), seat("guest", "y")])).toEqual({ ghosts: [], keyless: [] });
    expect(differenceOf(group, [late])).toEqual({ ghosts: [falk, guest], keyless: [late] });
    for (const status of ["lifted", "required", "barred"])
      expect(differenceOf(state({ members: [falk], status }), [late])).toEqual({ ghosts: [], keyless: [] });
  });
});
