import { useState } from "react";
import { useAllConsults, useConsults } from "../api/query";
import type { ConsultSummary, Me } from "../api/types";
import { useTexts } from "../i18n";
import { GuestsAtDoor } from "../consult/Summons";
import { askedSince, isOpen, shownConsults } from "../state/lists";
import { names } from "../state/notes";
import { formatReferRoute } from "../state/route";
import { Place } from "../consult/Notes";
import { Choice, Elapsed, EmptyState, ErrorView, Eta, Instant, LinkButton, Loading, StateBadge, UrgencyBadge } from "../ui";
import { PrealertStart } from "./PrealertStart";

/** Rows of the list of all. More is scrolled by nobody; less hides last week. */
const ALL_LIMIT = 200;

export function ConsultList({ me }: { me: Me }) {
  const t = useTexts("refer");
  const [which, setWhich] = useState<"open" | "all">("open");
  const isAll = which === "all";
  const open = useConsults();
  const all = useAllConsults(isAll);
  const consults = isAll ? all : open;
  const shown = shownConsults(consults.data ?? [], isAll, ALL_LIMIT);
  return (
    <div className="stack">
      <PrealertStart me={me} />
      <LinkButton href={formatReferRoute({ page: "new" })} variant="primary" size="huge" block>
        {t("list.new")}
      </LinkButton>
      <div className="row spread list-head">
        <h1 className="list-heading">{isAll ? t("list.allHeading") : t("list.heading")}</h1>
        <Choice<"open" | "all">
          label={t("list.filter")}
          look="pills"
          value={which}
          onChange={setWhich}
          options={[
            { value: "open", label: t("list.open") },
            { value: "all", label: t("list.all") },
          ]}
        />
      </div>
      {consults.isPending && <Loading />}
      {consults.isError && <ErrorView error={consults.error} onRetry={() => void consults.refetch()} />}
      {consults.data && shown.length === 0 && (
        <EmptyState title={isAll ? t("list.allEmpty") : t("list.empty")}>{t("list.emptyHint")}</EmptyState>
      )}
      <ul className="consult-list">
        {shown.map((consult) => (
          <li key={consult.id}>
            <ConsultRow consult={consult} />
            <GuestsAtDoor consult={consult} />
          </li>
        ))}
      </ul>
      {isAll && shown.length === ALL_LIMIT && <p className="muted small">{t("list.more", { count: ALL_LIMIT })}</p>}
    </div>
  );
}

function ConsultRow({ consult }: { consult: ConsultSummary }) {
  const t = useTexts("refer");
  const ringing = names(consult.ringing);
  return (
    <a
      className={`consult-row tone-edge-${consult.urgency}`}
      href={formatReferRoute({ page: "consult", id: consult.id })}
    >
      <div className="row spread consult-row-head">
        <span className="row">
          <UrgencyBadge urgency={consult.urgency} />
          <strong>{consult.service.name}</strong>
        </span>
        <span className="consult-row-clock">
          {isOpen(consult) ? <Elapsed since={askedSince(consult)} /> : <Instant at={consult.created_at} />}
        </span>
      </div>
      <div className="row">
        <StateBadge state={consult.state} queued={Boolean(consult.queue)} />
        {consult.queue && <Place ahead={consult.queue.ahead} />}
        {ringing !== "" && <span>{t("list.ringingAt", { names: ringing })}</span>}
        {consult.specialist && <span>{t("list.acceptedBy", { name: consult.specialist.name })}</span>}
        {consult.appointment?.slot && isOpen(consult) && (
          <strong>
            <Instant at={consult.appointment.slot.start} zone={consult.service.zone} />
          </strong>
        )}
        {consult.eta && isOpen(consult) && <Eta at={consult.eta} />}
        {consult.asked_for_more && <span className="badge state-act">{t("list.asked")}</span>}
      </div>
      <div className="row muted small">
        <span>{consult.label}</span>
        {consult.studies > 0 && <span>{t("list.images", { count: consult.studies })}</span>}
        {consult.missing.length > 0 && <span>{t("list.missing", { count: consult.missing.length })}</span>}
      </div>
    </a>
  );
}
