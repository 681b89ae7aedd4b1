import { describe, expect, it } from "vitest";
import type { MlsNews } from "../../api/types";
import type { FromService, ToService } from "../delivery/messages";
import { newsOf, requestOf } from "./room.fixture";
import { fromWire, toWire } from "./wire";

const somebody = { member: 1, person: "p", isGuest: false, connected: true };

const said: readonly ToService[] = [
  { type: "here", attempt: 1, ref: "6f", keyPackage: "AAA" },
  { type: "back", attempt: 2, generation: 1796000000000, epoch: 4, tag: "9c" },
  { type: "created", generation: 1796000000000, tag: "9c" },
  { type: "commit", generation: 1, epoch: 4, commit: "AA", welcome: "BB", added: [{ member: 3, ref: "6f" }] },
  { type: "commit", generation: 1, epoch: 4, commit: "AA", welcome: undefined, added: [] },
  { type: "done", generation: 1, epoch: 5, tag: "77" },
  { type: "fault", generation: 1, epoch: 4, code: "attestation_unknown", about: 3, ref: "6f" },
  { type: "fault", generation: 1, epoch: 4, code: "not_opened", about: undefined, ref: undefined },
];

const view: Extract<FromService, { type: "group" }> = {
  type: "group",
  version: 12,
  generation: 1,
  epoch: 5,
  creator: undefined,
  members: [somebody],
  waiting: [{ ...somebody, member: 3, ref: "6f", keyPackage: "AAA" }],
  others: [{ ...somebody, member: 4, isGuest: true }],
  isSettling: false,
  attempt: 2,
  isBarred: false,
};

const told: readonly FromService[] = [
  view,
  { ...view, creator: 3 },
  { type: "commit", generation: 1, epoch: 4, committer: 1, commit: "AA" },
  { type: "welcome", generation: 1, ref: "6f", welcome: "BB" },
];

const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe("on the wire", () => {
  it.each(said)("what a member says arrives as it was: %j", (message) => {
    expect(requestOf(overTheWire(toWire(message)))).toEqual(message);
  });

  it.each(told)("what the service says arrives as it was: %j", (message) => {
    expect(fromWire(overTheWire(newsOf(message)))).toEqual(message);
  });

  it("names are those of the schema", () => {
    expect(toWire(said[0] as ToService)).toEqual({ type: "here", attempt: 1, reference: "6f", key_package: "AAA" });
    expect(toWire(said[7] as ToService)).toMatchObject({ about: null, reference: null });
  });

  it("what a newer server says is passed over", () => {
    expect(fromWire({ type: "else" } as unknown as MlsNews)).toBeUndefined();
  });
});
