import { describe, expect, it } from "vitest";
import { FORGED, ModelGroup } from "./modelGroup";
import { MAX_STRIKES } from "./serviceModel";
import { TURN, UPDATE_APART, UPDATE_EVERY } from "./state";
import { seeded, World, type Person } from "./world";

/** Long enough for anybody to come in when nothing is wrong: key package, commit and welcome, each on its way. */
const CALM = 3000;

function world(overtakes = false): World {
  return new World(seeded(7), (person) => new ModelGroup(person), { way: 400, overtakes });
}

async function room(...names: string[]): Promise<[World, ...Person[]]> {
  const made = world();
  const people = names.map((name) => made.person(name));
  for (const person of people) {
    made.join(person);
    await made.run(CALM);
  }
  return [made, ...people];
}

const epoch = (person: Person | undefined) => person?.state.group?.epoch;
const generation = (person: Person | undefined) => person?.state.group?.generation;
const leaf = (person: Person | undefined) => person?.state.group?.leaf;
const names = (person: Person | undefined) => person?.state.group?.members.map((member) => member.person);

/** All are in, and in the same epoch. */
function expectTogether(...people: (Person | undefined)[]): void {
  const tags = people.map((person) => person?.state.group?.tag);
  expect([new Set(tags).size, tags.includes(undefined)]).toEqual([1, false]);
  expect(names(people[0])?.slice().sort()).toEqual(people.map((person) => person?.name).sort());
}

/** `about` makes a commit, of which `by` complains and forgets the group. */
async function complains(made: World, by: Person, about: Person): Promise<void> {
  made.renew(about);
  await made.run(CALM);
  const at = by.state.group;
  if (!at) throw new Error();
  const { generation, epoch } = at;
  const complaint = { code: "malformed", about: about.seat };
  made.inject(by, { type: "fault", generation, epoch: epoch - 1, ref: undefined, ...complaint });
  await made.run(CALM);
  expect(made.faults.pop()).toEqual(complaint);
  made.crash(by);
  await made.run(3 * CALM);
}

describe("the members of a room", () => {
  it("begin with whoever is first, who adds the others", async () => {
    const [made, anna, ben, carla] = await room("anna", "ben", "carla");
    expectTogether(anna, ben, carla);
    expect([leaf(anna), leaf(ben), leaf(carla)]).toEqual([0, 1, 2]);
    expect(made.service.announced).toHaveLength(1);
    // One commit for each who came, and no other.
    expect(epoch(anna)).toBe(2);
  });

  it("are one group when all come at the same moment", async () => {
    const made = world(true);
    const people = Array.from({ length: 8 }, (_, i) => made.person(`p${i}`));
    for (const person of people) made.join(person);
    await made.run(4 * CALM);
    expectTogether(...people);
    expect(made.service.announced).toHaveLength(1);
  });

  it("remove whoever leaves", async () => {
    const [made, anna, ben, carla] = await room("anna", "ben", "carla");
    if (!anna) throw new Error();
    made.leave(anna);
    await made.run(CALM);
    expectTogether(ben, carla);
  });

  it("keep somebody who lost the network, who then follows from the log", async () => {
    const [made, anna, ben, carla] = await room("anna", "ben", "carla");
    if (!carla || !ben) throw new Error();
    made.drop(carla);
    made.join(made.person("dora"));
    made.leave(ben);
    await made.run(10_000);
    expect(epoch(carla)).toBe(2);
    made.open(carla);
    await made.run(CALM);
    expectTogether(anna, carla, made.person("dora"));
    // Nobody had to add her again: she is where she was, and two things changed meanwhile.
    expect([leaf(carla), epoch(carla), made.faults]).toEqual([2, 4, []]);
  });

  it("give somebody who reloaded the page a new leaf in one commit", async () => {
    const [made, anna, ben] = await room("anna", "ben");
    if (!ben) throw new Error();
    made.crash(ben);
    await made.run(CALM);
    expectTogether(anna, ben);
    expect(epoch(anna)).toBe(2);
  });

  it("have somebody in again at once whose page began anew on its socket, however far it had counted", async () => {
    const [made, anna, ben] = await room("anna", "ben");
    if (!ben) throw new Error();
    for (let i = 0; i < 5; i += 1) {
      made.drop(ben);
      made.open(ben);
      await made.run(CALM);
    }
    const before = ben.state.attempt;
    made.anew(ben);
    await made.run(CALM);
    expectTogether(anna, ben);
    expect([before, ben.state.attempt]).toEqual([6, 7]);
  });

  it("begin a new generation when nobody is left who has the old one's keys, and say so", async () => {
    const [made, anna, ben] = await room("anna", "ben");
    if (!anna || !ben) throw new Error();
    const before = generation(anna);
    made.crash(anna);
    made.crash(ben);
    await made.run(2 * CALM);
    expectTogether(anna, ben);
    expect(generation(anna)).toBeGreaterThan(before ?? 0);
    expect(made.service.announced).toHaveLength(2);
  });

  it("go on in the same group when the server was started anew", async () => {
    const [made, anna, ben, carla] = await room("anna", "ben", "carla");
    const before = [generation(anna), epoch(anna)];
    made.restart();
    await made.run(2 * CALM);
    expectTogether(anna, ben, carla);
    expect([generation(anna), epoch(anna)]).toEqual(before);
  });

  it("let the next one act when it is somebody's turn whose page hangs", async () => {
    const [made, anna, ben] = await room("anna", "ben");
    if (!anna || !ben) throw new Error();
    made.freeze(anna, 60_000);
    const carla = made.person("carla");
    made.join(carla);
    await made.run(TURN + CALM);
    expect(names(ben)).toEqual(["anna", "ben", "carla"]);
    expect(epoch(carla)).toBe(2);
    await made.run(120_000);
    expectTogether(anna, ben, carla);
  });

  it("renew their keys each in turn, without a race", async () => {
    const [made, anna, ben, carla] = await room("anna", "ben", "carla");
    const before = epoch(anna) ?? 0;
    await made.run(UPDATE_EVERY + 3 * UPDATE_APART);
    expect(epoch(anna)).toBe(before + 3);
    expectTogether(anna, ben, carla);
  });
});

describe("guests", () => {
  it("come in once they were let in, and are added by those who know", async () => {
    const [made, anna, ben] = await room("anna", "ben");
    const guest = made.person("guest", true);
    made.join(guest);
    await made.run(CALM);
    expectTogether(anna, ben, guest);
  });

  it("do not come in because the server says so", async () => {
    const [made, anna, ben] = await room("anna", "ben");
    const guest = made.person("guest", true);
    // The room tells the members nothing of a host who let them in.
    Reflect.set(made, "admit", () => undefined);
    made.join(guest);
    await made.run(5 * CALM);
    expectTogether(anna, ben);
    expect(guest.state.group).toBeUndefined();
  });
});

describe("bad input", () => {
  it("a commit that is nonsense is refused by all, reported, and the room goes on; its author is left out at last", async () => {
    const [made, anna, ben, eve] = await room("anna", "ben", "eve");
    if (!anna || !ben || !eve) throw new Error();
    for (let i = 0; i < MAX_STRIKES; i += 1) {
      const at = eve.state.group;
      if (!at) throw new Error("eve is not in");
      const { generation, epoch } = at;
      made.inject(eve, { type: "commit", generation, epoch, commit: "nonsense", welcome: undefined, added: [] });
      await made.run(10_000);
      expect(made.faults).toContainEqual({ code: "not_opened", about: eve.seat });
    }
    expectTogether(anna, ben);
    expect(eve.state.view?.isBarred).toBe(true);
    expect(eve.state.group).toBeUndefined();
    // Nor does leaving and coming again help, or saying that one is back.
    made.leave(eve);
    made.join(eve);
    const { generation, epoch, tag } = anna.state.group ?? { generation: 0, epoch: 0, tag: "" };
    made.inject(eve, { type: "back", attempt: 99, generation, epoch, tag });
    await made.run(CALM);
    expectTogether(anna, ben);
    expect(eve.state.view?.isBarred).toBe(true);
  });

  it("one whose turn it is, adds nobody and renews its keys all the time takes nobody else's turn", async () => {
    const [made, eve, ben] = await room("eve", "ben");
    if (!eve || !ben) throw new Error();
    const { port } = eve;
    eve.port = {
      forget: () => port.forget(),
      run: (work, now) => {
        if (work.type !== "stage" || work.add.length === 0) return port.run(work, now);
        const refused = work.add.map(({ member, ref }) => ({ member, ref, code: "malformed" }));
        return Promise.resolve({ type: "staged", commit: undefined, refused });
      },
    };
    const carla = made.person("carla");
    made.join(carla);
    for (let i = 0; i < 10; i += 1) {
      made.renew(eve);
      await made.run(1000);
    }
    // Without a pause in which nobody renewed.
    expect([carla.state.group !== undefined, made.service.announced.length]).toEqual([true, 1]);
  });

  it("one who complains alone costs a group of three nothing", async () => {
    const [made, anna, ben, eve] = await room("anna", "ben", "eve");
    if (!anna || !ben || !eve) throw new Error();
    const before = generation(anna);
    await complains(made, eve, anna);
    expectTogether(anna, ben, eve);
    expect([generation(anna), anna.state.view?.isBarred]).toEqual([before, false]);
  });

  it("one who complains alone in a group of two ends the group, as if it had left, and bars nobody", async () => {
    const [made, anna, eve] = await room("anna", "eve");
    if (!anna || !eve) throw new Error();
    for (let i = 0; i < MAX_STRIKES + 1; i += 1) {
      await complains(made, eve, anna);
      expectTogether(anna, eve);
    }
    expect(made.service.announced).toHaveLength(1 + MAX_STRIKES + 1);
    expect(anna.state.view?.isBarred).toBe(false);
  });

  it("a guest complains of nobody", async () => {
    const [made, anna] = await room("anna");
    const guest = made.person("guest", true);
    if (!anna) throw new Error();
    made.join(guest);
    await made.run(CALM);
    for (let i = 0; i < MAX_STRIKES; i += 1) await complains(made, guest, anna);
    expectTogether(anna, guest);
    expect([made.service.announced.length, anna.state.view?.isBarred]).toEqual([1, false]);
  });

  it("a commit of somebody outside, or of an epoch that is over, changes nothing", async () => {
    const [made, anna, ben] = await room("anna", "ben");
    if (!anna || !ben) throw new Error();
    const group = anna.state.group;
    if (!group) throw new Error();
    const { generation, epoch } = group;
    const commit = { type: "commit", generation, commit: "nonsense", welcome: undefined, added: [] } as const;
    made.inject(ben, { ...commit, epoch: epoch - 1 });
    made.inject(ben, { ...commit, epoch: epoch + 1 });
    made.inject(ben, { ...commit, epoch, generation: generation - 1 });
    await made.run(CALM);
    expectTogether(anna, ben);
    expect(made.faults).toEqual([]);
  });

  it("a key package that is nobody's is refused and reported, and others come in", async () => {
    const [made, anna] = await room("anna");
    const [eve, ben] = [made.person("eve"), made.person("ben")];
    made.join(eve);
    eve.port = { run: async () => ({ type: "prepared", ref: "e", keyPackage: `${FORGED}e` }), forget: () => undefined };
    made.crash(eve);
    eve.port = { run: async () => ({ type: "prepared", ref: "e", keyPackage: `${FORGED}e` }), forget: () => undefined };
    made.join(ben);
    await made.run(2 * CALM);
    expectTogether(anna, ben);
  });
});
