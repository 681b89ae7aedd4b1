import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "../api/query";
import type { BoardService, Duty } from "../api/types";
import { useTexts } from "../i18n";
import { MatchingDialog } from "../matching/MatchingDialog";
import { PolicyDialog } from "../policy/PolicyDialog";
import { ReplaceDialog } from "../rota/ReplaceDialog";
import { coverageOf } from "../state/board";
import { Button, EmptyState, Instant, PhoneLink, useNow } from "../ui";

/** Services and who is on duty: now, next, and where nobody is. */
export function Services({ services }: { services: readonly BoardService[] }) {
  const t = useTexts("desk");
  return (
    <section className="stack board-services" aria-labelledby="services-title">
      <h2 id="services-title">{t("services.heading")}</h2>
      {services.length === 0 && <EmptyState title={t("services.empty")} />}
      <ul className="service-list">
        {services.map((entry) => (
          <li key={entry.service.id}>
            <ServiceCard entry={entry} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ServiceCard({ entry }: { entry: BoardService }) {
  const t = useTexts("desk");
  const now = useNow();
  const client = useQueryClient();
  const [isReplacing, setReplacing] = useState(false);
  const [isPolicy, setPolicy] = useState(false);
  const [isMatching, setMatching] = useState(false);
  const { service } = entry;
  const coverage = coverageOf(entry, now);
  const next = entry.next.toSorted((a, b) => a.from - b.from).slice(0, 2);
  return (
    <article className={`service coverage-${coverage}`}>
      <div className="row spread">
        <div>
          <h3>{service.name}</h3>
          <p className="muted small">{service.network}</p>
        </div>
        <span className={`badge coverage-badge-${coverage}`}>{t(`services.coverage.${coverage}`)}</span>
      </div>
      {coverage === "uncovered" && <p className="service-gap">{t("services.gapNow")}</p>}
      {coverage !== "uncovered" && entry.gap_at && (
        <p className="service-gap">
          {t("services.gapAt")} <Instant at={entry.gap_at} zone={service.zone} />
        </p>
      )}
      <ul className="duty-list">
        {entry.on_duty.length === 0 && <li>{t("services.nobody")}</li>}
        {entry.on_duty
          .toSorted((a, b) => a.level.localeCompare(b.level))
          .map((duty) => (
            <OnDuty key={`${duty.person.id}${duty.level}`} duty={duty} zone={service.zone} />
          ))}
      </ul>
      <p className="small muted">
        {t("services.next")}:{" "}
        {next.length === 0
          ? t("services.nextNone")
          : next.map((duty, index) => (
              <span key={`${duty.person.id}${duty.from}${duty.level}`}>
                {index > 0 && ", "}
                {duty.person.name} ({t(`common:duty.${duty.level}`)}) {t("services.from")} <Instant at={duty.from} zone={service.zone} />
              </span>
            ))}
      </p>
      {entry.open > 0 && <p className="small">{t("services.open", { count: entry.open })}</p>}
      <div>
        <Button
          variant={coverage === "uncovered" ? "primary" : "quiet"}
          aria-label={t("rota:replace.title", { service: service.name })}
          onPress={() => setReplacing(true)}
        >
          {t("rota:replace.open")}
        </Button>{" "}
        <Button variant="quiet" aria-label={t("policy:title", { service: service.name })} onPress={() => setPolicy(true)} data-testid="policy-open">
          {t("policy:open")}
        </Button>{" "}
        <Button variant="quiet" aria-label={t("matching:title", { service: service.name })} onPress={() => setMatching(true)} data-testid="matching-open">
          {t("matching:open")}
        </Button>
      </div>
      {isMatching && <MatchingDialog service={service} onClose={() => setMatching(false)} />}
      {isPolicy && <PolicyDialog service={service} onClose={() => setPolicy(false)} />}
      {isReplacing && (
        <ReplaceDialog
          service={service}
          onDone={() => void client.invalidateQueries({ queryKey: keys.board })}
          onClose={() => setReplacing(false)}
        />
      )}
    </article>
  );
}

function OnDuty({ duty, zone }: { duty: Duty; zone: string }) {
  const t = useTexts("desk");
  return (
    <li className="duty-now">
      <span>
        <strong>{duty.person.name}</strong>
        <span className="muted small block">
          {t(`common:duty.${duty.level}`)} {t("services.until")} <Instant at={duty.until} zone={zone} />
          {duty.is_override && ` · ${t("services.override")}`} · {duty.person.hospital}
        </span>
      </span>
      {duty.person.phone && <PhoneLink number={duty.person.phone} />}
    </li>
  );
}
