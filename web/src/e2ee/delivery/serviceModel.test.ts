import { describe, expect, it } from "vitest";
import type { FromService, MemberId, ToService, View } from "./messages";
import {
  CLOCKS_APART,
  CREATE_WITHIN,
  HEARD_WITHIN,
  LAST_EPOCH,
  LAG_WITHIN,
  LOG_KEPT,
  NO_LIVE_AFTER,
  ServiceModel,
  SETTLE_WITHIN,
  SILENT_AFTER,
  STUCK_AFTER,
} from "./serviceModel";

/** The model by itself, as `broker/src/room/delivery/tests/orders.rs` asks the broker's. Guests are above 6. */
const START = 1_796_000_000_000;
const BEFORE = { generation: START - 10, epoch: 4, tag: "tag 4" };

function desk(...members: MemberId[]) {
  const said: { to: MemberId; message: FromService }[] = [];
  const service = new ServiceModel((to, message) => said.push({ to, message }));
  const views = (of: MemberId) =>
    said.flatMap(({ to, message }) => (to === of && message.type === "group" ? [message] : []));
  const made = {
    now: START,
    said,
    service,
    view: (of: MemberId): View => {
      const view = views(of).at(-1);
      if (!view) throw new Error(`${of} was told nothing`);
      return view;
    },
    members: (of: MemberId) => made.view(of).members.map(({ member }) => member),
    /** Who was told a view since the last look. */
    viewers: () => said.splice(0).flatMap(({ to, message }) => (message.type === "group" ? [to] : [])),
    connect: (member: MemberId) => service.connect(member, `person ${member}`, member > 6, made.now),
    say: (from: MemberId, message: ToService) => service.receive(from, message, made.now),
    passes: (ms: number) => {
      const until = made.now + ms;
      for (let due = service.nextDeadline(); due !== undefined && due <= until; due = service.nextDeadline()) {
        // Otherwise the room would turn round and round.
        expect(due).toBeGreaterThan(made.now);
        made.now = due;
        service.tick(due);
      }
      made.now = until;
    },
    /** Ends `epoch` and adds these, each with the key package of that attempt. */
    adds: (from: MemberId, epoch: number, attempt: number, ...members: MemberId[]) => {
      const { generation } = BEFORE;
      const added = members.map((member) => ({ member, ref: `${member}.${attempt}` }));
      made.say(from, { type: "commit", generation, epoch, commit: "", welcome: "none", added });
      made.say(from, { type: "done", generation, epoch: epoch + 1, tag: `tag ${epoch + 1}` });
    },
    refuses: (from: MemberId, about: MemberId, attempt: number) =>
      made.say(from, { type: "fault", generation: 0, epoch: 0, code: "malformed", about, ref: `${about}.${attempt}` }),
    back: (from: MemberId, at: Partial<typeof BEFORE> = {}, attempt = 1) =>
      made.say(from, { type: "back", attempt, ...BEFORE, ...at }),
    here: (from: MemberId, attempt: number) =>
      made.say(from, { type: "here", attempt, ref: `${from}.${attempt}`, keyPackage: "" }),
    /** Ends `epoch` of the group from before the restart, and follows. */
    commit: (from: MemberId, epoch: number) => {
      const { generation } = BEFORE;
      made.say(from, { type: "commit", generation, epoch, commit: "", welcome: undefined, added: [] });
      made.say(from, { type: "done", generation, epoch: epoch + 1, tag: `tag ${epoch + 1}` });
    },
  };
  for (const member of members) made.connect(member);
  return made;
}

describe("a service that was started anew", () => {
  it("has a guest who is first wait for the team, and then lets them in", () => {
    const made = desk(1, 7);
    made.back(7);
    made.service.tick(START + SETTLE_WITHIN);
    expect(made.view(7)).toMatchObject({ generation: 0, attempt: 0, members: [] });
    made.back(1);
    expect([made.members(7), made.view(7).attempt]).toEqual([[1, 7], 1]);
  });

  it.each([
    ["another tag", { tag: "false" }],
    ["a later epoch", { epoch: 5 }],
    ["a newer group", { generation: START }],
  ])("takes from no guest %s, before the team or after", (_, lie) => {
    for (const order of [
      [7, 1, 2],
      [1, 7, 2],
      [1, 2, 7],
    ]) {
      const made = desk(1, 2, 7);
      for (const member of order) made.back(member, member === 7 ? lie : {});
      expect([made.members(2), made.view(2).generation]).toEqual([[1, 2], BEFORE.generation]);
      expect(made.view(7).attempt).toBe(1);
    }
  });

  it("tells a guest who waits that the team makes another group", () => {
    const made = desk(1, 7);
    made.back(7);
    made.here(1, 1);
    expect(made.view(7)).toMatchObject({ attempt: 1, creator: 1, others: [{ member: 7 }] });
  });

  it("forgets what a guest said early with a later word, and with another socket", () => {
    const made = desk(1, 7, 8);
    made.back(7);
    made.back(8);
    made.here(7, 2);
    made.connect(8);
    made.back(1);
    expect([made.members(1), made.view(7).attempt, made.view(8).attempt]).toEqual([[1], 2, 0]);
  });

  it.each([
    ["the future", { generation: START + CLOCKS_APART + 1 }],
    ["an epoch that nobody reaches", { epoch: LAST_EPOCH + 1 }],
  ])("takes no group of %s", (_, at) => {
    const made = desk(1);
    made.back(1, at);
    expect([made.members(1), made.view(1).generation]).toEqual([[], 0]);
  });

  it("takes one of a clock that is ahead, and goes on after the highest epoch", () => {
    const made = desk(1);
    made.back(1, { generation: START + CLOCKS_APART });
    expect(made.members(1)).toEqual([1]);
    const other = desk(1);
    other.back(1, { epoch: LAST_EPOCH });
    other.commit(1, LAST_EPOCH);
    expect([other.view(1).epoch, other.members(1)]).toEqual([LAST_EPOCH + 1, [1]]);
  });
});

describe("one who lies", () => {
  it("brings back newer groups only as long as the others come back, and has no more time than they", () => {
    const made = desk(1, 2, 3);
    made.back(1);
    made.here(2, 1);
    const lie = (n: number) => made.back(3, { generation: BEFORE.generation + n }, n);
    for (const n of [1, 2, 3]) {
      made.passes(SETTLE_WITHIN / 4);
      lie(n);
    }
    expect([made.members(3), made.view(3).generation]).toEqual([[3], BEFORE.generation + 3]);
    made.passes(SETTLE_WITHIN / 4 + STUCK_AFTER - SETTLE_WITHIN - 1);
    expect(made.view(2).creator).toBeUndefined();
    made.passes(1);
    expect(made.view(2).creator).toBe(2);
  });

  it("is out itself that claims another group later", () => {
    const made = desk(1, 3);
    made.back(1);
    made.passes(SETTLE_WITHIN);
    made.back(3, { epoch: 5 });
    expect([made.members(1), made.view(3).epoch]).toEqual([[1], 4]);
  });

  it("keeps nobody out by renewing its keys, refusing them all or adding them falsely", () => {
    for (const how of ["renews", "refuses", "adds"]) {
      const made = desk(1, 2, 3);
      made.back(1);
      for (let i = 0; i < 3; i += 1) {
        for (const member of [2, 3]) if (i === 0 || how !== "renews") made.here(member, i + 1);
        if (how === "refuses") for (const member of [2, 3]) made.refuses(1, member, i + 1);
        const added = how === "adds" ? [2, 3].map((member) => ({ member, ref: `${member}.${i + 1}` })) : [];
        const { generation, epoch } = { ...BEFORE, epoch: BEFORE.epoch + i };
        made.say(1, { type: "commit", generation, epoch, commit: "", welcome: "none", added });
        made.say(1, { type: "done", generation, epoch: epoch + 1, tag: "tag" });
        expect([how, made.members(1).includes(1)]).toEqual([how, true]);
        made.passes(STUCK_AFTER / 3);
      }
      if (how === "adds") for (const member of [2, 3]) made.here(member, 9);
      expect([how, made.view(2).creator]).toEqual([how, 2]);
    }
  });

  it.each([
    [1, false],
    [1, true],
    [5, false],
    [5, true],
  ])("comes last that leaves the group to make the next one, in seat %i, the others refused: %s", (liar, refuses) => {
    const made = desk(liar, 2, 3);
    made.back(liar);
    for (const member of [2, 3]) {
      made.here(member, 1);
      if (refuses) made.refuses(liar, member, 1);
    }
    made.passes(STUCK_AFTER - 1);
    made.here(liar, 2);
    expect(made.view(2).creator).toBe(2);
  });

  it("costs no group with key packages that are refused, or replaced too fast for it", () => {
    for (const pause of [HEARD_WITHIN, 500]) {
      const made = desk(1, 2, 3);
      made.back(1);
      made.back(2);
      for (let attempt = 1; attempt < 200; attempt += 1) {
        made.here(3, attempt);
        made.passes(pause);
        if (pause === HEARD_WITHIN) made.refuses(1, 3, attempt);
      }
      expect([made.members(1), made.service.announced]).toEqual([[1, 2], []]);
    }
  });
});

describe("who waits", () => {
  it("has not waited while away, and has with one key package after another", () => {
    const made = desk(1, 2);
    made.back(1);
    made.here(2, 1);
    made.service.disconnect(2, made.now);
    made.passes(2 * STUCK_AFTER);
    made.connect(2);
    made.passes(HEARD_WITHIN);
    made.here(2, 2);
    expect(made.view(2).creator).toBeUndefined();
    made.passes(STUCK_AFTER - HEARD_WITHIN);
    expect(made.view(2).creator).toBe(2);
  });

  it("is asked in its time, whoever is not there any more", () => {
    const made = desk(1, 2);
    made.here(1, 1);
    made.here(2, 1);
    made.passes(NO_LIVE_AFTER + 1);
    expect(made.view(2).creator).toBe(1);
  });

  it("is asked first and next that waits for longest", () => {
    const made = desk(1, 2, 3);
    for (const member of [3, 2, 1]) {
      made.here(member, 1);
      made.passes(1);
    }
    for (const asked of [3, 2, 1, 3]) {
      expect(made.view(1).creator).toBe(asked);
      made.passes(CREATE_WITHIN);
    }
  });

  it("is not asked before as many who were not refused", () => {
    const made = desk(1, 2);
    made.back(1);
    made.here(2, 1);
    made.refuses(1, 2, 1);
    made.passes(1);
    made.here(1, 2);
    expect(made.view(2).creator).toBe(1);
  });

  it("costs no group by waking up", () => {
    const made = desk(1, 2, 3);
    made.back(1);
    for (const member of [2, 3]) made.here(member, 1);
    made.adds(1, 4, 1, 2, 3);
    made.passes(2 * STUCK_AFTER);
    expect(made.members(1)).toEqual([1]);
    for (const member of [2, 3]) made.here(member, 2);
    made.adds(1, 5, 2, 2, 3);
    expect([made.members(1), made.service.announced]).toEqual([[1, 2, 3], []]);
  });

  it("costs no group because of others who were added and are silent", () => {
    const made = desk(1, 2, 3, 4);
    made.back(1);
    for (const attempt of [1, 2]) {
      for (const member of [2, 3]) made.here(member, attempt);
      made.adds(1, 3 + attempt, attempt, 2, 3);
      made.passes(attempt === 1 ? LAG_WITHIN + SILENT_AFTER - 1000 : LAG_WITHIN / 2);
    }
    made.here(4, 1);
    made.adds(1, 6, 1, 4);
    made.say(4, { type: "done", generation: BEFORE.generation, epoch: 7, tag: "tag 7" });
    made.passes(STUCK_AFTER);
    expect([made.members(1), made.service.announced]).toEqual([[1, 4], []]);
  });

  it("does not count when it is silent, with one whose key packages are refused", () => {
    const made = desk(1, 2, 3);
    made.back(1);
    for (let attempt = 1; attempt < 30; attempt += 1) {
      if (attempt === 4) {
        made.here(2, 1);
        made.adds(1, 4, 1, 2);
        made.passes(LAG_WITHIN / 2);
        made.commit(1, 5);
      }
      made.here(3, attempt);
      made.refuses(1, 3, attempt);
      made.passes(20_000);
    }
    expect([made.members(1), made.service.announced]).toEqual([[1], []]);
  });

  it("is told how far its socket had counted when it counts anew", () => {
    const made = desk(1);
    made.here(1, 5);
    made.viewers();
    made.here(1, 1);
    expect([made.view(1).attempt, made.viewers()]).toEqual([5, [1]]);
  });
});

describe("the tag of an epoch", () => {
  it("is what the team says, also where a guest was faster", () => {
    const made = desk(1, 7);
    made.back(1);
    made.back(7);
    made.say(1, { type: "commit", generation: BEFORE.generation, epoch: 4, commit: "", welcome: undefined, added: [] });
    made.say(7, { type: "done", generation: BEFORE.generation, epoch: 5, tag: "false" });
    expect(made.members(1)).toEqual([1, 7]);
    made.say(1, { type: "done", generation: BEFORE.generation, epoch: 5, tag: "tag 5" });
    expect(made.members(1)).toEqual([1]);
  });

  it("is not told for an epoch that is still to come", () => {
    const made = desk(1, 2);
    made.back(1);
    made.back(2);
    made.say(2, { type: "done", generation: BEFORE.generation, epoch: 5, tag: "false" });
    made.commit(1, 4);
    made.say(2, { type: "done", generation: BEFORE.generation, epoch: 5, tag: "tag 5" });
    expect(made.members(1)).toEqual([1, 2]);
  });
});

describe("views and log", () => {
  it("a view goes to whom it says something new", () => {
    const made = desk(1, 2);
    made.back(1);
    made.back(2);
    made.viewers();
    made.service.tick(START);
    made.say(1, { type: "done", ...BEFORE });
    expect(made.viewers()).toEqual([]);
    made.back(2, {}, 2);
    expect(made.viewers()).toEqual([2]);
    made.connect(2);
    expect(made.viewers()).toEqual([2]);
  });

  it("holds the last commits for who comes back, and leaves out who was away for longer", () => {
    const made = desk(1, 2, 3);
    for (const member of [1, 2, 3]) made.back(member);
    made.commit(1, 4);
    for (const member of [2, 3]) made.service.disconnect(member, START);
    made.say(3, { type: "done", generation: BEFORE.generation, epoch: 5, tag: "tag 5" });
    for (let epoch = 5; epoch < 4 + LOG_KEPT + 1; epoch += 1) made.commit(1, epoch);
    for (const member of [2, 3]) made.connect(member);
    made.said.length = 0;
    made.back(2);
    made.back(3, { epoch: 5, tag: "tag 5" });
    const commits = (to: MemberId) => made.said.filter((one) => one.to === to && one.message.type === "commit").length;
    expect([commits(2), commits(3), made.members(1)]).toEqual([0, LOG_KEPT, [1, 3]]);
  });
});
