import { useRef, useState } from "react";
import type { RotaLayer, RotaPlan, RotaView } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import type { WallDate } from "../rota/zoneTime";
import { Button, Instant, SelectField } from "../ui";
import { LayerForm } from "./LayerForm";
import { moved, newLayer, withLayers } from "./layers";
import { Temporaries } from "./Temporaries";
import "./texts";

interface Props {
  view: RotaView;
  plan: RotaPlan;
  /** First day of a rotation that is added. */
  day: WallDate;
  /** The draft on the server is older than `plan`. */
  isBehind: boolean;
  onEdit(plan: RotaPlan, sentence: string): void;
}

/** ISO 3166-2 after `DE-`, with names as the Länder have them: in every language. */
const LAENDER = {
  BW: "Baden-Württemberg",
  BY: "Bayern",
  BE: "Berlin",
  BB: "Brandenburg",
  HB: "Bremen",
  HH: "Hamburg",
  HE: "Hessen",
  MV: "Mecklenburg-Vorpommern",
  NI: "Niedersachsen",
  NW: "Nordrhein-Westfalen",
  RP: "Rheinland-Pfalz",
  SL: "Saarland",
  SN: "Sachsen",
  ST: "Sachsen-Anhalt",
  SH: "Schleswig-Holstein",
  TH: "Thüringen",
} as const;

/** The rotations that a plan is made of. Each change is in the draft at once: the month and the hand-overs show it. */
export function Layers({ view, plan, day, isBehind, onEdit }: Props) {
  const t = useTexts("planning");
  const root = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<number>();
  const { layers } = plan;
  const known = [...new Map([...view.people, ...(view.draft?.duties ?? view.duties)].map(({ person }) => [person.id, person])).values()];
  const edit = (next: readonly RotaLayer[], sentence: "added" | "changed" | "removed" | "moved") => onEdit(withLayers(plan, next), t(`layers.said.${sentence}`));
  const names = (people: readonly string[]) => people.map((id) => known.find((each) => each.id === id)?.name ?? "–").join(", ") || t("layers.nobody");
  const add = () => {
    edit([...layers, newLayer(day)], "added");
    setOpen(layers.length);
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>("[data-testid=layer-form] input")?.focus());
  };
  const remove = (n: number) => {
    edit(layers.filter((_, at) => at !== n), "removed");
    setOpen(undefined);
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>("[data-testid=layer-add]")?.focus());
  };
  const move = (n: number, to: number) => {
    edit(moved(layers, n, to), "moved");
    setOpen(undefined);
  };
  return (
    <div className="stack" ref={root}>
      <p className="muted">{t("layers.about")}</p>
      <SelectField
        label={t("layers.land")}
        placeholder={t("layers.noLand")}
        value={(plan.land ?? "") as keyof typeof LAENDER | ""}
        onChange={(land) => onEdit({ ...plan, land: land || null }, t("layers.said.land"))}
        options={(Object.entries(LAENDER) as [keyof typeof LAENDER, string][]).map(([value, label]) => ({ value, label }))}
      />
      {layers.length === 0 && <p>{t("layers.none")}</p>}
      <ol className="planning-list" data-testid="layers">
        {layers.map((layer, n) => (
          <li key={n} className="card stack">
            <div className="row spread">
              <strong>{t("layers.one", { n: n + 1, level: t(`common:duty.${layer.level}`), people: names(layer.people) })}</strong>
              <div className="row">
                <Button variant="quiet" aria-label={`${t("layers.up")} (${n + 1})`} isDisabled={n === 0} onPress={() => move(n, n - 1)}>
                  <span aria-hidden="true">↑</span>
                </Button>
                <Button variant="quiet" aria-label={`${t("layers.down")} (${n + 1})`} isDisabled={n === layers.length - 1} onPress={() => move(n, n + 1)}>
                  <span aria-hidden="true">↓</span>
                </Button>
                <Button aria-expanded={open === n} onPress={() => setOpen(open === n ? undefined : n)}>
                  {open === n ? t("layers.close") : t("layers.edit")}
                </Button>
                <Button variant="quiet" onPress={() => remove(n)}>
                  {t("layers.remove")}
                </Button>
              </div>
            </div>
            {open === n && (
              <>
                <LayerForm layer={layer} known={known} zone={view.service.zone} onChange={(next) => edit(layers.map((each, at) => (at === n ? next : each)), "changed")} />
                <HandOvers view={view} level={layer.level} isBehind={isBehind} />
              </>
            )}
          </li>
        ))}
      </ol>
      <Button onPress={add} data-testid="layer-add">
        {t("layers.add")}
      </Button>
      <Temporaries plan={plan} known={known} day={day} zone={view.service.zone} onEdit={onEdit} />
    </div>
  );
}

/** What the draft makes of it: the next three of the level. */
function HandOvers({ view, level, isBehind }: { view: RotaView; level: RotaLayer["level"]; isBehind: boolean }) {
  const t = useTexts("planning");
  const language = useLanguage();
  const list = new Intl.ListFormat(localeOf(language), { type: "conjunction" });
  const names = (people: readonly { name: string }[]) => list.format(people.map(({ name }) => name)) || t("layers.noOne");
  const next = (view.draft?.hand_overs ?? []).filter((each) => each.level === level);
  if (next.length === 0 && !isBehind) return null;
  return (
    <div aria-live="polite" aria-busy={isBehind} data-testid="layer-hand-overs">
      <h4>{t("layers.handOvers")}</h4>
      {isBehind && <p className="muted">{t("layers.writing")}</p>}
      <ul>
        {next.map((each) => (
          <li key={each.at}>
            <Instant at={each.at} zone={view.service.zone} />: {names(each.before)} → <strong>{names(each.after)}</strong>
          </li>
        ))}
      </ul>
    </div>
  );
}
