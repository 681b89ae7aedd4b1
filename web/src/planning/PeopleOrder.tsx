import { useRef, useState, type KeyboardEvent } from "react";
import type { PersonId } from "../api/types";
import { useTexts } from "../i18n";
import { Button, SelectField } from "../ui";
import { moved } from "./layers";

interface Props {
  people: readonly PersonId[];
  /** Everybody who could be added, and who is there already. */
  known: readonly { id: PersonId; name: string }[];
  error: string | null;
  onChange(people: PersonId[]): void;
}

/** People in the order of their turns. A hand drags, keys move; the focus goes with whoever was moved. */
export function PeopleOrder({ people, known, error, onChange }: Props) {
  const t = useTexts("planning");
  const list = useRef<HTMLOListElement>(null);
  const [dragged, setDragged] = useState<number>();
  const [chosen, setChosen] = useState<PersonId>("");
  const nameOf = (id: PersonId) => known.find((each) => each.id === id)?.name ?? "–";
  const move = (from: number, to: number) => {
    if (to < 0 || to >= people.length) return;
    onChange(moved(people, from, to));
    // When the list is drawn with the new order.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-place="${to}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent, place: number) => {
    const by = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
    if (by !== undefined) move(place, place + by);
    else if (event.key === "Delete") onChange(people.filter((_, n) => n !== place));
    else return;
    event.preventDefault();
  };
  return (
    <fieldset className="field planning-people">
      <legend className="field-label">{t("layers.people")}</legend>
      <ol ref={list} data-testid="layer-people">
        {people.map((id, place) => (
          // Somebody may be in it twice.
          <li
            key={`${id} ${people.slice(0, place).filter((each) => each === id).length}`}
            className={place === dragged ? "is-dragged" : undefined}
            draggable
            onDragStart={() => setDragged(place)}
            onDragEnd={() => setDragged(undefined)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={() => dragged !== undefined && move(dragged, place)}
          >
            <button type="button" className="planning-place" data-place={place} aria-label={t("layers.place", { n: place + 1, name: nameOf(id) })} onKeyDown={(event) => onKeyDown(event, place)}>
              <span aria-hidden="true">⠿</span> {place + 1}. {nameOf(id)}
            </button>
            <Button variant="quiet" aria-label={t("layers.personUp", { name: nameOf(id) })} isDisabled={place === 0} onPress={() => move(place, place - 1)}>
              <span aria-hidden="true">↑</span>
            </Button>
            <Button variant="quiet" aria-label={t("layers.personDown", { name: nameOf(id) })} isDisabled={place === people.length - 1} onPress={() => move(place, place + 1)}>
              <span aria-hidden="true">↓</span>
            </Button>
            <Button variant="quiet" aria-label={t("layers.removePerson", { name: nameOf(id) })} onPress={() => onChange(people.filter((_, n) => n !== place))}>
              <span aria-hidden="true">×</span>
            </Button>
          </li>
        ))}
      </ol>
      <div className="row">
        <SelectField
          label={t("layers.addPerson")}
          placeholder={t("temporary.choose")}
          value={chosen}
          onChange={setChosen}
          options={known.map(({ id, name }) => ({ value: id, label: name }))}
          description={t("layers.peopleHelp")}
          error={error}
        />
        <Button isDisabled={chosen === ""} onPress={() => onChange([...people, chosen])} data-testid="layer-person-add">
          {t("layers.addPerson")}
        </Button>
      </div>
    </fieldset>
  );
}
