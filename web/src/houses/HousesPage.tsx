import { useState } from "react";
import type { DirectoryHouse, DirectoryPerson } from "../api/types";
import { useTexts } from "../i18n";
import { EmptyState, ErrorView, Field, LinkButton, Loading, PhoneLink } from "../ui";
import { useHouses } from "./api";
import { OnboardingSteps } from "./OnboardingSteps";
import { find } from "./search";
import "./houses.css";
import "./texts";

/** People of a house that are shown at once. More makes typing slow. */
const SHOWN = 60;

/** `#/directory`, and `#/directory/{house}` for what is to be done before it can begin. */
export function HousesPage({ house }: { house: string | undefined }) {
  const t = useTexts("houses");
  const houses = useHouses();
  const [search, setSearch] = useState("");
  const words = (person: DirectoryPerson) => [
    ...person.roles.map((role) => t(`role.${role}`)),
    ...person.qualifications.map((field) => t(`common:specialty.${field}`)),
  ];
  if (house !== undefined) return <OnboardingSteps house={house} back="#/directory" />;
  const found = find(houses.data ?? [], search, words);
  return (
    <div className="stack houses" data-testid="directory">
      <h2>{t("heading")}</h2>
      <div className="search">
        <Field label={t("search")} description={t("searchHint")} value={search} onChange={setSearch} />
      </div>
      {houses.isPending && <Loading />}
      {houses.isError && <ErrorView error={houses.error} onRetry={() => void houses.refetch()} />}
      {houses.data && found.length === 0 && <EmptyState title={t("none")} />}
      {found.map(({ house: each, people }) => (
        <House key={each.id} house={each} people={people} words={words} />
      ))}
    </div>
  );
}

interface HouseProps {
  house: DirectoryHouse;
  people: readonly DirectoryPerson[];
  words: (person: DirectoryPerson) => readonly string[];
}

function House({ house, people, words }: HouseProps) {
  const t = useTexts("houses");
  return (
    <section className="card stack house" aria-label={house.name}>
      <div className="row spread">
        <div>
          <h3>{house.name}</h3>
          <p className="muted">{house.city}</p>
        </div>
        <div className="row">
          <PhoneLink number={house.phone} label={house.name} />
          <LinkButton href={`#/directory/${house.id}`} variant="quiet" aria-label={t("beginOf", { name: house.name })}>
            {t("begin")}
          </LinkButton>
        </div>
      </div>
      {house.departments.length > 0 && (
        <>
          <h4 className="small muted">{t("departments")}</h4>
          <ul className="house-lines">
            {house.departments.map((department) => (
              <li key={department.id} className="house-line">
                <span>{department.name}</span>
                {department.phone !== "" && <PhoneLink number={department.phone} label={department.name} />}
              </li>
            ))}
          </ul>
        </>
      )}
      {people.length > 0 && (
        <>
          <h4 className="small muted">{t("people")}</h4>
          <ul className="house-lines">
            {people.slice(0, SHOWN).map((person) => (
              <li key={person.id} className="house-line">
                <span>
                  <strong>{person.name}</strong>
                  <span className="muted small block">{[person.department, ...words(person)].filter(Boolean).join(" · ")}</span>
                </span>
                {person.phone && <PhoneLink number={person.phone} label={person.name} />}
              </li>
            ))}
          </ul>
          {people.length > SHOWN && <p className="muted small">{t("more", { count: people.length - SHOWN })}</p>}
        </>
      )}
    </section>
  );
}
