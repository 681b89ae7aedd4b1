import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "../api/query";
import { slotKeys, slotsApi } from "../api/slots";
import type { ConsultId, Placement, PlacementProposal, Service } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Check, EmptyState, ErrorView, Instant, LinkButton, Loading, SelectField } from "../ui";
import { RulesCard } from "./RulesCard";
import "./slots.css";
import "./texts";

/** Appointments at the desk: what can be booked, and the consults that wait, shared out. */
export function DeskSlots({ services }: { services: readonly Service[] }) {
  const t = useTexts("slots");
  const [chosen, setChosen] = useState<string | null>(null);
  const service = services.find(({ id }) => id === chosen) ?? services[0];
  if (!service) return <EmptyState title={t("desk.none")} />;
  return (
    <div className="stack desk-slots">
      <SelectField<string>
        label={t("desk.service")}
        value={service.id}
        onChange={(id) => setChosen(id === "" ? null : id)}
        placeholder={t("desk.service")}
        options={services.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <Batch key={service.id} service={service} />
      <RulesCard key={`rules-${service.id}`} service={service} />
    </div>
  );
}

function Batch({ service }: { service: Service }) {
  const t = useTexts("slots");
  const proposal = useQuery({
    queryKey: slotKeys.placements(service.id),
    queryFn: () => slotsApi.placements(service.id),
    // What stands here was looked at: it changes when somebody asks for that.
    staleTime: Infinity,
  });
  return (
    <section className="card stack" aria-labelledby="batch-title">
      <div className="row spread">
        <h2 id="batch-title">{t("desk.waiting")}</h2>
        <Button isPending={proposal.isFetching} onPress={() => void proposal.refetch()}>
          {t("desk.back")}
        </Button>
      </div>
      {proposal.isPending && <Loading />}
      {proposal.isError && <ErrorView error={proposal.error} onRetry={() => void proposal.refetch()} />}
      {proposal.data && <Proposal key={proposal.dataUpdatedAt} service={service} proposal={proposal.data} />}
    </section>
  );
}

function Proposal({ service, proposal }: { service: Service; proposal: PlacementProposal }) {
  const t = useTexts("slots");
  const client = useQueryClient();
  const [leftOut, setLeftOut] = useState<ReadonlySet<ConsultId>>(new Set());
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [sent, setSent] = useState<{ sent: number; notSent: number } | null>(null);
  const { placements, left } = proposal;
  const chosen = placements.filter(({ consult }) => !leftOut.has(consult.id));
  const include = (id: ConsultId, isIn: boolean) =>
    setLeftOut((old) => new Set(isIn ? [...old].filter((each) => each !== id) : [...old, id]));
  const send = async () => {
    setPending(true);
    setError(null);
    try {
      const wanted = chosen.map(({ consult, slot }) => ({
        consult: consult.id,
        slot: { person: slot.person.id, start: slot.start },
      }));
      const answer = await slotsApi.send(service.id, { placements: wanted });
      setSent({ sent: answer.sent.length, notSent: answer.not_sent.length });
      void client.invalidateQueries({ queryKey: keys.board });
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };
  if (placements.length + left.length === 0) return <EmptyState title={t("desk.nobodyWaits")} />;
  return (
    <div className="stack">
      <p className="muted">
        {t("desk.pickAll")} {t("desk.slots", { count: proposal.slots })}.
      </p>
      {error !== null && <ErrorView error={error} />}
      {sent ? (
        <div role="status" className="stack">
          <Banner tone={sent.notSent === 0 ? "ok" : "warn"}>
            {t("desk.sent", { count: sent.sent })} {sent.notSent > 0 && t("desk.notSent", { count: sent.notSent })}
          </Banner>
        </div>
      ) : (
        <>
          {placements.length > 0 && (
            <ul className="stack placements">
              {placements.map((placement) => (
                <PlacementRow
                  key={placement.consult.id}
                  placement={placement}
                  isIn={!leftOut.has(placement.consult.id)}
                  onChange={(isIn) => include(placement.consult.id, isIn)}
                />
              ))}
            </ul>
          )}
          {left.length > 0 && (
            <div>
              <h3>{t("desk.leftOut")}</h3>
              <ul className="stack">
                {left.map(({ consult, is_outbid }) => (
                  <li key={consult.id} className="row">
                    <LinkButton variant="quiet" href={`#/consult/${consult.id}`}>
                      {consult.label}
                    </LinkButton>
                    <span>
                      {consult.hospital.name}: {t(is_outbid ? "desk.outbid" : "desk.noSlot")}
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          )}
          {placements.length > 0 && (
            <div className="row">
              <Button
                variant="primary"
                size="large"
                isPending={isPending}
                isDisabled={chosen.length === 0}
                onPress={() => void send()}
              >
                {t("desk.send", { count: chosen.length })}
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}

function PlacementRow({ placement, isIn, onChange }: { placement: Placement; isIn: boolean; onChange: (isIn: boolean) => void }) {
  const t = useTexts("slots");
  const { consult, slot, reasons } = placement;
  const why = [
    reasons.waited_days > 0 && t("desk.reason.waited", { count: reasons.waited_days }),
    reasons.slack_hours == null ? t("desk.reason.noDeadline") : t("desk.reason.slack", { hours: reasons.slack_hours }),
    reasons.appointments > 0 && t("desk.reason.load", { count: reasons.appointments }),
    reasons.is_known != null && t(reasons.is_known ? "desk.reason.known" : "desk.reason.stranger"),
    t("desk.reason.points", { sum: reasons.sum }),
  ];
  return (
    <li className="placement">
      <Check label="" aria-label={t("desk.include", { label: consult.label })} isSelected={isIn} onChange={onChange} />
      <div className="placement-consult">
        <LinkButton variant="quiet" href={`#/consult/${consult.id}`}>
          {consult.label}
        </LinkButton>
        <span>{consult.hospital.name}</span>
      </div>
      <div className="placement-slot">
        <strong>
          <Instant at={slot.start} zone={consult.service.zone} />
        </strong>
        <span>{slot.person.name}</span>
      </div>
      <span className="muted small">{why.filter(Boolean).join(" · ")}</span>
    </li>
  );
}
