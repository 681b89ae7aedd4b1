import { useRef } from "react";
import type { AdminPerson, DutyLevel, PersonId } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Banner, Button, SelectField } from "../ui";
import { byName } from "./directory";

interface TurnsEditorProps {
  level: DutyLevel;
  people: readonly PersonId[];
  /** The stored rota, of both levels, is more than weekly turns. */
  isProtected: boolean;
  /** Who may take turns. */
  able: readonly AdminPerson[];
  everybody: readonly AdminPerson[];
  onChange: (people: PersonId[]) => void;
}

/** Who takes weekly turns at one level, in order. A rota that is more than that is shown as such and left alone. */
export function TurnsEditor({ level, people, isProtected, able, everybody, onChange }: TurnsEditorProps) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const list = useRef<HTMLOListElement>(null);
  const left = able.filter((person) => !people.includes(person.id));
  const titleId = `turns-${level}`;
  const move = (index: number, by: -1 | 1) => {
    const next = [...people];
    const [id] = next.splice(index, 1);
    if (id === undefined) return;
    next.splice(index + by, 0, id);
    onChange(next);
  };
  const remove = (id: PersonId) => {
    onChange(people.filter((other) => other !== id));
    // The pressed button is gone: without this the keyboard would be nowhere.
    list.current?.focus();
  };
  return (
    <section className="stack" aria-labelledby={titleId}>
      <h3 id={titleId}>{t(`common:duty.${level}`)}</h3>
      {isProtected ? (
        <Banner tone="info" role="note">
          {t("turns.protected")}
        </Banner>
      ) : (
        <>
          <ol className="turns" ref={list} tabIndex={-1} aria-labelledby={titleId}>
            {people.map((id, index) => {
              const name = everybody.find((person) => person.id === id)?.name ?? id;
              return (
                <li key={id} className="turn">
                  <span className="turn-text">
                    <span>
                      {index + 1}. {name}
                    </span>
                    {!able.some((person) => person.id === id) && <span className="field-error">{t("turns.unfit")}</span>}
                  </span>
                  <span className="record-actions">
                    <Button variant="quiet" aria-label={t("turns.up", { name })} isDisabled={index === 0} onPress={() => move(index, -1)}>
                      <span aria-hidden="true">↑</span>
                    </Button>
                    <Button
                      variant="quiet"
                      aria-label={t("turns.down", { name })}
                      isDisabled={index === people.length - 1}
                      onPress={() => move(index, 1)}
                    >
                      <span aria-hidden="true">↓</span>
                    </Button>
                    <Button variant="quiet" aria-label={t("turns.remove", { name })} onPress={() => remove(id)}>
                      <span aria-hidden="true">×</span>
                    </Button>
                  </span>
                </li>
              );
            })}
          </ol>
          {people.length === 0 && <p className="muted">{t("turns.empty")}</p>}
          {left.length > 0 ? (
            <SelectField
              label={t("turns.add")}
              placeholder={t("turns.choose")}
              value=""
              onChange={(id) => id !== "" && onChange([...people, id])}
              options={byName(left, locale).map(({ id, name }) => ({ value: id, label: name }))}
            />
          ) : (
            <p className="muted small">{able.length === 0 ? t("turns.none") : t("turns.allIn")}</p>
          )}
        </>
      )}
    </section>
  );
}
