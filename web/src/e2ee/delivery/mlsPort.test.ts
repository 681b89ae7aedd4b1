import { describe, expect, it } from "vitest";
import type { Identity } from "../group/keyPackage";
import { CONSULT, Installation, NOW } from "../group/fixture";
import { MlsPort } from "./mlsPort";
import { seeded, World, type Person } from "./world";

const installation = await Installation.make();
const identities = new Map<string, Identity>();
for (const person of ["p0", "p1", "p2", "p3"]) identities.set(person, await installation.identity(person));
identities.set("guest", await installation.identity("guest", { role: "guest", consult: CONSULT, hospital: undefined }));
/** Says of itself that it is p9. */
identities.set("mallory", await installation.identity("p9"));

function world(seed: number): World {
  const port = (name: string) => new MlsPort(identities.get(name) as Identity, installation.trust);
  return new World(seeded(seed), port, { way: 400, overtakes: true }, NOW);
}

const groupOf = (person: Person) => (person.port as MlsPort).group;

describe("members over MLS itself", () => {
  it.each([1, 2])(
    "end in one epoch after joins, a leave, a crash and lost networks, seed %i",
    { timeout: 60_000 },
    async (seed) => {
      const room = world(seed);
      const [a, b, c, d] = ["p0", "p1", "p2", "p3"].map((name) => room.person(name));
      if (!a || !b || !c || !d) throw new Error();
      for (const each of [a, b, c, d]) room.join(each);
      await room.run(seed * 700);
      room.crash(b);
      room.drop(c);
      room.leave(a);
      await room.run(5000);
      room.open(c);
      room.join(room.person("guest", true));
      room.restart();
      room.join(a);
      await room.run(60_000);
      const tags = room.present().map(({ state }) => state.group?.tag);
      expect([new Set(tags).size, tags.includes(undefined)]).toEqual([1, false]);
      const members = room.present().map((each) =>
        groupOf(each)
          ?.members()
          .map(({ attestation }) => attestation.person),
      );
      for (const each of members) expect(each?.sort()).toEqual(["guest", "p0", "p1", "p2", "p3"]);
    },
  );

  it("let nobody in whose key package is somebody else's", async () => {
    const room = world(1);
    room.join(room.person("p0"));
    await room.run(5000);
    room.join(room.person("mallory"));
    room.join(room.person("p1"));
    await room.run(10_000);
    expect(room.person("p0").state.group?.members.map(({ person }) => person)).toEqual(["p0", "p1"]);
    expect(room.faults).toContainEqual({ code: "attestation_other_person", about: room.person("mallory").seat });
  });
});
