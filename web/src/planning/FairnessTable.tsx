import type { Burden, RotaView } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import "./texts";

interface Borne {
  readonly burden: Burden;
  readonly even: number;
}

const HOURS = ["duty", "nights", "weekends", "holidays"] as const;

/** Who bears what in the month that is shown: as published, and in the draft beside it. */
export function FairnessTable({ view }: { view: RotaView }) {
  const t = useTexts("planning");
  const number = new Intl.NumberFormat(localeOf(useLanguage()), { maximumFractionDigits: 0 });
  const rows = rowsOf(view);
  const sides = view.draft ? (["published", "draft"] as const) : (["published"] as const);
  if (rows.length === 0) return <p>{t("fairness.none")}</p>;
  const cells = (of: Borne | undefined) => [
    ...HOURS.map((key) => number.format((of?.burden[key] ?? 0) / 3600)),
    String(of?.burden.call_outs ?? 0),
    of && of.even > 0 ? `${Math.round((of.burden.weight / of.even) * 100)} %` : "–",
  ];
  return (
    <>
      <p className="muted">{t("fairness.about")}</p>
      <div className="planning-scroll" tabIndex={0} role="group" aria-label={t("fairness.title")}>
        <table className="planning-table" data-testid="fairness">
          <caption className="visually-hidden">{t("fairness.caption")}</caption>
          <thead>
            <tr>
              <th rowSpan={2} scope="col">
                {t("fairness.person")}
              </th>
              {sides.map((side) => (
                <th key={side} colSpan={6} scope="colgroup">
                  {t(`fairness.${side}`)}
                </th>
              ))}
            </tr>
            <tr>
              {sides.flatMap((side) =>
                ([...HOURS, "callOuts", "share"] as const).map((column) => (
                  <th key={`${side} ${column}`} scope="col">
                    {t(`fairness.${column}`)}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, name, published, draft }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                {sides.flatMap((side) => cells(side === "published" ? published : draft).map((text, n) => <td key={`${side} ${n}`}>{text}</td>))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Everybody who takes part in either. */
function rowsOf({ people, draft }: RotaView) {
  const shares = new Map((draft?.shares ?? []).map((of) => [of.person, of]));
  const isPart = (of: Borne | undefined) => of !== undefined && (of.even > 0 || of.burden.weight > 0);
  return people
    .map(({ person, burden, even }) => ({ id: person.id, name: person.name, published: { burden, even }, draft: shares.get(person.id) }))
    .filter(({ published, draft }) => isPart(published) || isPart(draft));
}
