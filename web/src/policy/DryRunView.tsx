import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { policyApi } from "../api/policy";
import type { DryPerson, DryRung, PoliciesView, Policies, Urgency } from "../api/types";
import { useTexts } from "../i18n";
import { EmptyState, ErrorView, Instant, Loading, SelectField } from "../ui";
import { keyOfPolicies, type KeptService } from "./usePolicies";

interface Props {
  service: KeptService;
  view: PoliciesView;
  policies: Policies;
  urgency: Urgency;
}

/** After the last change; the server is not asked at every key. */
const QUIET_MS = 400;

/** Who would be rung now, when, until the alarm: computed by the machine that really rings. */
export function DryRunView({ service, view, policies, urgency }: Props) {
  const t = useTexts("policy");
  const [hospital, setHospital] = useState(view.hospitals[0]?.id ?? "");
  const tried = useQuiet(policies);
  const dry = useQuery({
    queryKey: [...keyOfPolicies(service.id), "dry", hospital, urgency, tried],
    queryFn: () => policyApi.dryRun(service.id, { urgency, hospital_id: hospital, policies: tried }),
    enabled: hospital !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (hospital === "") return <EmptyState title={t("dry.noHospital")} />;
  return (
    <section className="stack policy-dry" aria-labelledby="policy-dry" data-testid="dry-run">
      <h3 id="policy-dry">{t("dry.title")}</h3>
      <SelectField
        label={t("dry.hospital")}
        placeholder={t("choose")}
        value={hospital}
        onChange={(id) => id !== "" && setHospital(id)}
        options={view.hospitals.map(({ id, name, city }) => ({ value: id, label: `${name}, ${city}` }))}
      />
      {dry.isPending && <Loading />}
      {dry.isError && <ErrorView error={dry.error} />}
      {dry.data && !dry.isError && (
        <ol className="policy-course" aria-live="polite" aria-busy={dry.isFetching}>
          <li>
            <Instant at={dry.data.at} seconds /> <strong>{t("dry.now")}</strong>
          </li>
          {dry.data.rungs.map((rung, n) => (
            <Rung key={`${rung.round}/${rung.step}`} rung={rung} isNewRound={rung.round !== (dry.data.rungs[n - 1]?.round ?? 1)} />
          ))}
          <li className="policy-alarm">
            <Instant at={dry.data.alarm_at} seconds />{" "}
            <strong>
              {!dry.data.nobody
                ? t("dry.alarm")
                : dry.data.queued_behind.length > 0
                  ? t("dry.queued", { names: dry.data.queued_behind.map(({ name }) => name).join(", ") })
                  : t("dry.nobody")}
            </strong>
          </li>
        </ol>
      )}
    </section>
  );
}

function Rung({ rung, isNewRound }: { rung: DryRung; isNewRound: boolean }) {
  const t = useTexts("policy");
  const seconds = Math.round((rung.until - rung.at) / 1000);
  const length = seconds % 60 === 0 && seconds > 0 ? t("dry.minutes", { minutes: seconds / 60 }) : t("dry.rings", { seconds });
  return (
    <li>
      {isNewRound && <span className="muted small block">{t("dry.round", { round: rung.round })}</span>}
      <Instant at={rung.at} seconds />{" "}
      {rung.people.map((person, n) => (
        <span key={person.person.id}>
          {n > 0 && " + "}
          <Person person={person} />
        </span>
      ))}
      {rung.people.length > 0 && <span className="policy-length"> {length}</span>}
      {rung.alarm && <span className="policy-alarm block">{t("dry.alarmToo")}</span>}
    </li>
  );
}

function Person({ person: { person, duty, busy, seen_at } }: { person: DryPerson }) {
  const t = useTexts("policy");
  const notes = [duty ? t(`common:duty.${duty}`) : t("dry.offDuty"), ...(busy ? [t("dry.busy")] : []), ...(seen_at ? [t("dry.seen")] : [])];
  return (
    <>
      <strong>{person.name}</strong> <span className="muted small">({notes.join(", ")})</span>
    </>
  );
}

/** The value, once it has stayed the same for a moment. */
function useQuiet<T>(value: T): T {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return quiet;
}
