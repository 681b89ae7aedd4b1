import { useEffect, useRef } from "react";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatWall } from "../rota/zoneTime";
import { Banner } from "../ui";
import type { Reason } from "./proposal/reasons";
import { inWishes } from "./ProposalSearch";
import type { Found } from "./useProposal";

/** What stays open first, then who gets how much, then each duty with its reason. */
export function ProposalResult({ found }: { found: Found }) {
  const t = useTexts("planning");
  const { reasons, instance, isBest, gap } = found;
  const top = useRef<HTMLDivElement>(null);
  // Whoever cannot see learns that the search is over, and goes on from there.
  useEffect(() => top.current?.focus(), []);
  const open = reasons.filter(({ why }) => why === "open");
  const all = reasons.length;
  return (
    <>
      <div ref={top} tabIndex={-1}>
        <Banner tone={open.length > 0 ? "warn" : "ok"} title={t("proposal.filled", { filled: all - open.length, all })}>
          {isBest ? t("proposal.best") : t("proposal.gap", { count: inWishes(gap) })}
        </Banner>
      </div>
      {open.length > 0 && (
        <section className="stack" aria-labelledby="proposal-gaps">
          <h3 id="proposal-gaps">{t("proposal.gaps")}</h3>
          <ul className="rota-list" data-testid="proposal-gaps">
            {open.map((reason) => (
              <li key={reason.shift} className="conflict-gap">
                <strong>
                  <ShiftName found={found} shift={reason.shift} />
                </strong>
                : {t("reason.open")}
                <Barriers found={found} reason={reason} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="stack" aria-labelledby="proposal-who">
        <h3 id="proposal-who">{t("proposal.who")}</h3>
        <Balances found={found} />
      </section>
      <section className="stack" aria-labelledby="proposal-why">
        <h3 id="proposal-why">{t("proposal.why")}</h3>
        <ol className="rota-list" data-testid="proposal-reasons">
          {inOrder(found).map((reason) => (
            <li key={reason.shift} className={reason.why === "open" ? "conflict-gap" : "proposal-line"}>
              <ShiftName found={found} shift={reason.shift} />: <strong>{nameIn(instance.people, reason.person) ?? "–"}</strong>
              <span className="block muted small">
                <Why found={found} reason={reason} />
              </span>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

const nameIn = (people: readonly { id: string; name: string }[], id: string | undefined) => people.find((each) => each.id === id)?.name;

const inOrder = ({ reasons, instance }: Found) => {
  const begin = ({ shift }: Reason) => instance.duties[shift]?.parts[0]?.from ?? "";
  return reasons.toSorted((a, b) => (begin(a) === begin(b) ? a.shift - b.shift : begin(a) < begin(b) ? -1 : 1));
};

function ShiftName({ found, shift }: { found: Found; shift: number }) {
  const t = useTexts("planning");
  const locale = localeOf(useLanguage());
  const duty = found.instance.duties[shift];
  if (!duty) return null;
  return (
    <>
      {formatWall(duty.parts[0]?.from ?? "", locale)} – {formatWall(duty.parts.at(-1)?.until ?? "", locale)}, {t(`common:duty.${duty.level}`)}
    </>
  );
}

function Why({ found, reason }: { found: Found; reason: Reason }) {
  const t = useTexts("planning");
  const next = nameIn(found.instance.people, reason.next) ?? "";
  const said = [
    reason.wish === "want" && t("reason.wished"),
    reason.wish === "rather_not" && t("reason.unwished"),
    reason.fewestFree !== undefined && t("reason.fewest"),
    t(`reason.${reason.why}`, { next }),
  ];
  return (
    <>
      {said.filter(Boolean).join(" · ")}
      {(reason.why === "only" || reason.why === "open") && <Barriers found={found} reason={reason} />}
    </>
  );
}

function Barriers({ found, reason }: { found: Found; reason: Reason }) {
  const t = useTexts("planning");
  const names = (ids: readonly string[]) => ids.map((id) => nameIn(found.instance.people, id)).join(", ");
  if (reason.barriers.length === 0) return null;
  return <span className="block muted small">{reason.barriers.map(({ why, people }) => `${t(`barrier.${why}`)}: ${names(people)}`).join(" · ")}</span>;
}

function Balances({ found: { balances, instance } }: { found: Found }) {
  const t = useTexts("planning");
  const number = new Intl.NumberFormat(localeOf(useLanguage()), { maximumFractionDigits: 0 });
  return (
    <div className="planning-scroll" tabIndex={0} role="group" aria-label={t("proposal.who")}>
      <table className="planning-table" data-testid="proposal-balances">
        <thead>
          <tr>
            {(["person", "duties", "hours", "free", "share", "wishes"] as const).map((column) => (
              <th key={column} scope="col">
                {t(`proposal.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {balances.map(({ person, duties, hours, free, share, granted, against }) => (
            <tr key={person}>
              <th scope="row">{nameIn(instance.people, person)}</th>
              <td>{duties}</td>
              <td>{number.format(hours)}</td>
              <td>{free}</td>
              <td>{share === undefined ? "–" : t("proposal.shareOf", { percent: share })}</td>
              <td>{[granted > 0 && t("proposal.granted", { count: granted }), against > 0 && t("proposal.against", { count: against })].filter(Boolean).join(", ") || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
