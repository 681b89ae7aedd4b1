/** Looking things up in the directory. Pure. */

import type { DirectoryHouse, DirectoryPerson } from "../api/types";

export interface Found {
  house: DirectoryHouse;
  people: DirectoryPerson[];
}

/** Every word must be somewhere: in the house, which then shows whole, or in the person with the house around. */
export function find(houses: readonly DirectoryHouse[], search: string, words: (person: DirectoryPerson) => readonly string[]): Found[] {
  const wanted = fold(search).split(/\s+/).filter(Boolean);
  const fits = (text: string) => wanted.every((word) => text.includes(word));
  return houses.flatMap((house) => {
    const own = fold([house.name, house.city, house.phone, digits(house.phone), ...house.departments.flatMap(({ name, phone }) => [name, phone])].join(" "));
    const people = house.people.filter((person) =>
      fits(`${own} ${fold([person.name, person.phone ?? "", digits(person.phone ?? ""), person.department ?? "", ...words(person)].join(" "))}`),
    );
    if (fits(own)) return [{ house, people: house.people }];
    return people.length > 0 ? [{ house, people }] : [];
  });
}

/** `+49 7000 1000-211` is found by `70001000211` too. */
const digits = (phone: string) => phone.replace(/\D/g, "");
const fold = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ß", "ss").toLowerCase();
