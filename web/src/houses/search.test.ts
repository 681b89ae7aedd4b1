import { expect, test } from "vitest";
import type { DirectoryHouse, DirectoryPerson } from "../api/types";
import { find } from "./search";

const person = (name: string, change: Partial<DirectoryPerson> = {}): DirectoryPerson => ({
  id: name,
  name,
  phone: null,
  department: null,
  roles: ["specialist"],
  qualifications: [],
  ...change,
});

const HOUSES: DirectoryHouse[] = [
  {
    id: "1",
    name: "Krankenhaus Tannbach",
    city: "Tannbach",
    phone: "+49 7000 4000-0",
    departments: [{ id: "d", name: "Notaufnahme", phone: "+49 7000 4000-50" }],
    people: [person("Dr. Jana Ohlsen", { department: "Notaufnahme" }), person("Tobias Wehrle")],
  },
  { id: "2", name: "Uniklinik Süd", city: "Auenstadt", phone: "1", departments: [], people: [person("Dr. Strauß", { phone: "+49 7000 1000-211" })] },
];

const names = (search: string) => find(HOUSES, search, () => ["stroke"]).map(({ house, people }) => [house.id, ...people.map(({ name }) => name)]);

test("a house is found with all its people, a person with the house around", () => {
  expect(names("")).toHaveLength(2);
  expect(names("tannbach")).toEqual([["1", "Dr. Jana Ohlsen", "Tobias Wehrle"]]);
  expect(names("tannbach ohlsen")).toEqual([["1", "Dr. Jana Ohlsen"]]);
  expect(names("sud")).toEqual([["2", "Dr. Strauß"]]);
  expect(names("strauss stroke")).toEqual([["2", "Dr. Strauß"]]);
  expect(names("70001000211")).toEqual([["2", "Dr. Strauß"]]);
  expect(names("nirgends")).toEqual([]);
});
