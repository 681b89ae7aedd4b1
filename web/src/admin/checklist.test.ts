import { expect, test } from "vitest";
import type { AdminDirectory, AdminPerson } from "../api/types";
import { setupSteps } from "./checklist";

const person = (id: string, hospital_id: string, more: Partial<AdminPerson>): AdminPerson => ({
  id,
  hospital_id,
  name: id,
  email: `${id}@x`,
  roles: [],
  networks: [],
  languages: ["de"],
  qualifications: [],
  active: true,
  ...more,
});
const EMPTY: AdminDirectory = { revision: 1, hospitals: [], networks: [], services: [], people: [], contracts: [] };
const FALK = person("falk", "uni", { roles: ["specialist"], networks: ["north"], qualifications: ["stroke_neurology"] });
const WHOLE: AdminDirectory = {
  revision: 2,
  hospitals: [
    { id: "uni", name: "Uni", city: "A", phone: "1" },
    { id: "small", name: "Klein", city: "B", phone: "2" },
  ],
  networks: [{ id: "north", name: "Nord" }],
  services: [
    {
      id: "stroke",
      network_id: "north",
      specialty: "stroke_neurology",
      name: "Stroke",
      fallback_phone: "112",
      zone: "Europe/Berlin",
      exclusive: true,
      turns: [{ level: "primary", people: ["falk"], is_whole_rota: true }],
    },
  ],
  people: [FALK, person("weber", "small", { roles: ["referrer"] })],
  contracts: [{ service_id: "stroke", provider_hospital_id: "uni", hospital_id: "small" }],
};
const open = (directory: AdminDirectory) => setupSteps(directory).filter((step) => !step.isDone).map((step) => step.name);
const withPeople = (...people: AdminPerson[]) => open({ ...WHOLE, people });

test("an empty installation has everything before it", () =>
  expect(open(EMPTY)).toEqual(["hospitals", "network", "service", "people", "contract", "turns"]));

test("a whole one has nothing left to do", () => expect(open(WHOLE)).toEqual([]));

test("a specialist without the field, the network or an account leaves the service without anybody", () => {
  for (const lack of [{ qualifications: [] }, { networks: [] }, { active: false }, { roles: [] }]) {
    expect(withPeople({ ...FALK, ...lack }, ...WHOLE.people.slice(1))).toEqual(["people", "contract", "turns"]);
  }
});

test("a house without anybody who can ask has no use of its contract", () => {
  expect(withPeople(FALK)).toEqual(["people", "contract", "turns"]);
  expect(withPeople(FALK, person("weber", "uni", { roles: ["referrer"] }))).toEqual(["contract", "turns"]);
});

test("second duty alone is no duty; a rota of its own is one", () => {
  const service = WHOLE.services[0];
  if (service === undefined) throw new Error("no service");
  const withTurns = (turns: (typeof service)["turns"]) => open({ ...WHOLE, services: [{ ...service, turns }] });
  expect(withTurns([{ level: "secondary", people: ["falk"], is_whole_rota: true }])).toEqual(["turns"]);
  expect(withTurns([{ level: "primary", people: [], is_whole_rota: false }])).toEqual([]);
});
