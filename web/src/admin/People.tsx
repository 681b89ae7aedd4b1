import { useState } from "react";
import type { AdminPerson } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Check, EmptyState, Field, LinkButton } from "../ui";
import { goTo } from "../ui/useHash";
import type { SectionProps } from "./AdminApp";
import { LinkDialog } from "./LinkDialog";
import { ListEnd } from "./ListEnd";
import { PersonDialog } from "./PersonDialog";
import { byName, matches, namesOf, SHOWN } from "./directory";

export function People({ directory, route, onClose }: SectionProps) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const [search, setSearch] = useState("");
  const [withOff, setWithOff] = useState(false);
  const houses = namesOf(directory.hospitals);
  const searched = (person: AdminPerson) => [
    person.name,
    person.email,
    houses.get(person.hospital_id),
    ...person.roles.map((role) => t(`people.role.${role}`)),
  ];
  const found = byName(directory.people, locale).filter(
    (person) => (withOff || person.active) && matches(search, searched(person)),
  );
  const opened = directory.people.find((person) => person.id === route.item);
  return (
    <section className="stack" aria-labelledby="people-title">
      <div className="section-head">
        <h1 id="people-title">{t("people.heading")}</h1>
        <LinkButton variant="primary" href="#/people/new">
          {t("people.add")}
        </LinkButton>
      </div>
      {directory.people.length === 0 ? (
        <EmptyState title={t("people.empty")}>{t("people.emptyHint")}</EmptyState>
      ) : (
        <>
          <div className="section-head">
            <div className="search">
              <Field label={t("search")} description={t("people.searchHint")} value={search} onChange={setSearch} />
            </div>
            <Check label={t("people.showOff")} isSelected={withOff} onChange={setWithOff} />
          </div>
          <ul className="records">
            {found.slice(0, SHOWN).map((person) => (
              <PersonRecord key={person.id} person={person} house={houses.get(person.hospital_id) ?? ""} />
            ))}
          </ul>
          <ListEnd found={found.length} />
        </>
      )}
      {route.item !== null && !route.isLink && (opened || route.item === "new") && (
        <PersonDialog
          key={route.item}
          person={opened ?? null}
          directory={directory}
          onClose={onClose}
          onCreated={(person) => goTo(`#/people/${person.id}/link`, true)}
        />
      )}
      {route.isLink && opened && <LinkDialog key={opened.id} person={opened} onClose={() => onClose()} />}
    </section>
  );
}

function PersonRecord({ person, house }: { person: AdminPerson; house: string }) {
  const t = useTexts("admin");
  return (
    <li className={`record${person.active ? "" : " is-off"}`}>
      <div className="record-text">
        <span className="record-name">{person.name}</span>
        <span className="muted small">{[house, person.email].filter(Boolean).join(" · ")}</span>
        <span className="record-badges">
          {!person.active && <span className="badge is-bad">{t("people.off")}</span>}
          {person.active && !person.has_password && <span className="badge is-open">{t("people.noPassword")}</span>}
          {person.roles.map((role) => (
            <span key={role} className="badge is-plain">
              {t(`people.role.${role}`)}
            </span>
          ))}
          {person.roles.includes("specialist") &&
            person.qualifications.map((specialty) => (
              <span key={specialty} className="badge is-plain">
                {t(`common:specialty.${specialty}`)}
              </span>
            ))}
        </span>
      </div>
      <div className="record-actions">
        {person.active && (
          <LinkButton href={`#/people/${person.id}/link`} aria-label={t("people.linkOf", { name: person.name })}>
            {t("people.link")}
          </LinkButton>
        )}
        <LinkButton href={`#/people/${person.id}`} aria-label={t("editOf", { name: person.name })}>
          {t("edit")}
        </LinkButton>
      </div>
    </li>
  );
}
