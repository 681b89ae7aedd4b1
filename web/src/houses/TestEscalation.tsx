import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newId } from "../api/ids";
import type { HospitalId, OnboardingState, RingableService } from "../api/types";
import { useTexts } from "../i18n";
import { formatElapsed } from "../state/time";
import { Button, ErrorView, Instant, SelectField } from "../ui";
import { beginTest, houseKeys } from "./api";

interface Props {
  house: HospitalId;
  state: OnboardingState;
  ringable: readonly RingableService[];
}

/** Rings one person, as a consult that everybody sees to be a test. */
export function TestEscalation({ house, state, ringable }: Props) {
  const t = useTexts("houses");
  const client = useQueryClient();
  const [service, setService] = useState("");
  const [person, setPerson] = useState("");
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const chosen = ringable.find(({ id }) => id === service) ?? ringable[0];
  const { test } = state;
  const ring = async () => {
    if (!chosen || person === "") return;
    setPending(true);
    setError(null);
    try {
      await beginTest(house, { id: newId(), service_id: chosen.id, person });
      await client.invalidateQueries({ queryKey: houseKeys.onboarding(house) });
    } catch (failed) {
      setError(failed);
    } finally {
      setPending(false);
    }
  };
  return (
    <>
      {test && (
        <p className={test.answered_at ? "onboarding-seen" : "muted"} role="status">
          {test.answered_at ? "✓ " : ""}
          {t("steps.test", { label: test.label, name: test.person?.name ?? "–" })} <Instant at={test.started_at} />:{" "}
          {test.answered_at
            ? t("steps.answered", { time: formatElapsed(test.answered_at - test.started_at) })
            : t("steps.notAnswered")}
        </p>
      )}
      {test && !test.answered_at && <p className="muted small no-print">{t("steps.rings", { name: test.person?.name ?? "–", label: test.label })}</p>}
      {error !== null && <ErrorView error={error} />}
      {chosen === undefined ? (
        <p className="muted small no-print">{t("steps.nobody")}</p>
      ) : (
        <div className="row no-print onboarding-tools">
          <SelectField
            label={t("steps.service")}
            placeholder={chosen.name}
            value={chosen.id}
            onChange={(id) => {
              setService(id);
              setPerson("");
            }}
            options={ringable.map(({ id, name }) => ({ value: id, label: name }))}
          />
          <SelectField
            label={t("steps.person")}
            placeholder="–"
            value={person}
            onChange={setPerson}
            options={chosen.people.map(({ id, name, hospital }) => ({ value: id, label: `${name} · ${hospital}` }))}
          />
          <Button isDisabled={person === ""} isPending={pending} onPress={() => void ring()} data-testid="ring-test">
            {t("steps.ring")}
          </Button>
        </div>
      )}
    </>
  );
}
