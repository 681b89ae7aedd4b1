import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { planningApi } from "../api/planning";
import { keys } from "../api/query";
import type { PersonRef, PlanningFacts, PlanningRules, Service } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { WallField } from "../rota/WallField";
import { formatDate, monthOf, type WallDate } from "../rota/zoneTime";
import { Banner, Button, SelectField, useErrorText } from "../ui";
import { WishEditor } from "./WishEditor";
import { KINDS } from "./wishes";
import "./texts";

interface Props {
  service: Service;
  facts: PlanningFacts;
  /** Who could be on duty. */
  people: readonly PersonRef[];
  /** First day of the month. */
  first: WallDate;
}

const MOST = 31;

/** Until when people say what they would like of the month, and how many days of each kind. */
export function WishRules({ service, facts, people, first }: Props) {
  const t = useTexts("planning");
  const locale = localeOf(useLanguage());
  const client = useQueryClient();
  const errorText = useErrorText();
  const month = first.slice(0, 7);
  const known = facts.rules.deadlines?.find((each) => each.month === month)?.until ?? `${first}T00:00:00`;
  const [until, setUntil] = useState(known);
  const [limits, setLimits] = useState(facts.rules.limits ?? { want: 6, rather_not: 6, impossible: 6 });
  const [failed, setFailed] = useState<unknown>();
  const [isSaved, setSaved] = useState(false);
  const [person, setPerson] = useState("");
  const given = facts.people.filter(({ wishes }) => wishes.length > 0).length;
  const save = async () => {
    setFailed(undefined);
    setSaved(false);
    const others = (facts.rules.deadlines ?? []).filter((each) => each.month !== month);
    // Those of the newest months: as many as the server keeps.
    const deadlines = [...others, { month, until }].toSorted((a, b) => (a.month < b.month ? -1 : 1)).slice(-36);
    const rules: PlanningRules = { limits, deadlines };
    try {
      await planningApi.putRules(service.id, { rules, rev: facts.rev });
      setSaved(true);
    } catch (error) {
      setFailed(error);
    }
    await client.invalidateQueries({ queryKey: keys.rota });
  };
  return (
    <div className="stack">
      <p>
        {t("rules.given", { count: given })} {t("rules.legend")}
      </p>
      <WallField label={t("rules.deadline", { month: formatDate(first, locale, { month: "long", year: "numeric" }) })} value={until} onChange={setUntil} zone={service.zone} />
      <fieldset className="planning-fields">
        <legend className="field-label">{t("rules.limits")}</legend>
        {KINDS.map((kind) => (
          <SelectField
            key={kind}
            label={t(`wish.${kind}`)}
            placeholder={String(limits[kind])}
            value={String(limits[kind])}
            onChange={(n) => n !== "" && setLimits({ ...limits, [kind]: Number(n) })}
            options={Array.from({ length: MOST + 1 }, (_, n) => ({ value: String(n), label: String(n) }))}
          />
        ))}
      </fieldset>
      {failed !== undefined && (
        <Banner tone="danger" role="alert">
          {errorText(failed)}
        </Banner>
      )}
      <div className="row">
        <Button onPress={() => void save()} data-testid="wish-rules-save">
          {t("rules.save")}
        </Button>
        <span role="status">{isSaved && t("rules.saved")}</span>
      </div>
      <SelectField
        label={t("rules.forPerson")}
        description={t("rules.forPersonHelp")}
        placeholder={t("temporary.choose")}
        value={person}
        onChange={setPerson}
        options={people.map(({ id, name }) => ({ value: id, label: name }))}
      />
      {person !== "" && (
        <WishEditor
          key={person}
          service={service.id}
          month={monthOf(first)}
          limits={facts.rules.limits ?? limits}
          wishes={facts.people.find((of) => of.person === person)?.wishes ?? []}
          isClosed={false}
          person={person}
        />
      )}
    </div>
  );
}
