import type { RotaConflict, RotaView } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Instant } from "../ui";
import { ChangeList } from "./ChangeList";

/** What is wrong with what is shown, who would be told of what, and the hand-overs that result. */
export function Findings({ view }: { view: RotaView }) {
  const t = useTexts("rota");
  const { draft } = view;
  const zone = view.service.zone;
  const conflicts = draft?.conflicts ?? view.conflicts;
  const elsewhere = draft?.conflicts_elsewhere ?? [];
  const leftOut = (draft ?? view).conflicts_left_out;
  return (
    <div className="rota-findings">
      <section className="stack" aria-labelledby="rota-conflicts">
        <h3 id="rota-conflicts">{t("conflicts.title", { count: conflicts.length })}</h3>
        {conflicts.length === 0 && <p className="rota-well">{t("conflicts.none")}</p>}
        <ul className="rota-list" data-testid="conflicts">
          {conflicts.map((conflict) => (
            <li key={keyOf(conflict)} className={`conflict-${conflict.kind}`}>
              <ConflictLine conflict={conflict} zone={zone} />
            </li>
          ))}
        </ul>
        {leftOut > 0 && <p className="muted">{t("conflicts.more", { count: leftOut })}</p>}
        {elsewhere.length > 0 && (
          <details data-testid="conflicts-elsewhere">
            <summary>{t("conflicts.elsewhere", { count: elsewhere.length })}</summary>
            <ul className="rota-list">
              {elsewhere.map((conflict) => (
                <li key={keyOf(conflict)} className={`conflict-${conflict.kind}`}>
                  <ConflictLine conflict={conflict} zone={zone} />
                </li>
              ))}
            </ul>
          </details>
        )}
      </section>
      {draft && (
        <section className="stack" aria-labelledby="rota-changes">
          <h3 id="rota-changes">{t("changes.title")}</h3>
          {draft.changes.length === 0 ? <p>{t("changes.none")}</p> : <ChangeList changes={draft.changes} zone={zone} />}
          <h3>{t("handOvers")}</h3>
          <ul className="rota-list">
            {draft.hand_overs.map((each) => (
              <li key={`${each.level}${each.at}`}>
                <Instant at={each.at} zone={zone} /> · {t(`common:duty.${each.level}`)}: {names(each.before) || t("noOne")} →{" "}
                <strong>{names(each.after) || t("noOne")}</strong>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

const names = (people: readonly { name: string }[]) => people.map(({ name }) => name).join(", ");

/** Somebody may be booked at the same time in more than one other service. */
export const keyOf = ({ kind, level, person, from, until, with: other, with_level }: RotaConflict) =>
  [kind, level, person?.id, from, until, other, with_level].join(" ");

export function ConflictLine({ conflict, zone }: { conflict: RotaConflict; zone: string }) {
  const t = useTexts("rota");
  const hours = new Intl.NumberFormat(localeOf(useLanguage()), { maximumFractionDigits: 1 });
  return (
    <>
      <strong>{t(`conflicts.kind.${conflict.kind}`)}</strong>{" "}
      {conflict.person && `${conflict.person.name}, `}
      {t(`common:duty.${conflict.level}`)}: <Instant at={conflict.from} zone={zone} /> – <Instant at={conflict.until} zone={zone} />
      {conflict.kind === "rest" && !conflict.with_level && ` · ${t("conflicts.afterCallOut")}`}
      {conflict.with && ` · ${t(conflict.kind === "rest" ? "conflicts.after" : "conflicts.with", { service: conflict.with })}`}
      {conflict.missing && ` · ${t("conflicts.missing", { hours: hours.format(conflict.missing / 3600) })}`}
    </>
  );
}
