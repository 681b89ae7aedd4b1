import { useState } from "react";
import { newId } from "../api/ids";
import { rotaApi } from "../api/rota";
import type { AbsenceEffect, AbsenceKind } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Choice, Instant, useErrorText } from "../ui";
import "./texts";
import { WallField } from "./WallField";

interface Props {
  person: string;
  zone: string;
  /** Wall times to begin with. */
  from: string;
  until: string;
  kind: AbsenceKind;
  /** Something was written. */
  onDone(): void;
}

const KINDS: readonly AbsenceKind[] = ["holiday", "sick", "training", "other"];

/** Writes down when somebody is away, and says what that leaves open. */
export function AbsenceForm({ person, zone, onDone, ...first }: Props) {
  const t = useTexts("rota");
  const errorText = useErrorText();
  // One for all presses: a repeated request writes no second absence.
  const [id] = useState(() => newId());
  const [kind, setKind] = useState(first.kind);
  const [from, setFrom] = useState(first.from);
  const [until, setUntil] = useState(first.until);
  const [effect, setEffect] = useState<AbsenceEffect>();
  const [error, setError] = useState<unknown>();
  const [isPending, setPending] = useState(false);
  const save = async () => {
    setError(undefined);
    setPending(true);
    try {
      setEffect(await rotaApi.putAbsence(id, { person, kind, zone, from, until }));
      onDone();
    } catch (failure) {
      setError(failure);
    }
    setPending(false);
  };
  return (
    <>
      <Choice<AbsenceKind>
        label={t("absence.kind")}
        look="pills"
        value={kind}
        onChange={setKind}
        options={KINDS.map((value) => ({ value, label: t(`absence.kinds.${value}`) }))}
      />
      <WallField label={t("from")} value={from} onChange={setFrom} zone={zone} />
      <WallField label={t("until")} value={until} onChange={setUntil} zone={zone} error={until <= from ? t("duty.endsBefore") : null} />
      {error !== undefined && (
        <Banner tone="danger" role="alert">
          {errorText(error)}
        </Banner>
      )}
      {effect && (
        <Banner tone={effect.gaps.length > 0 ? "danger" : "ok"} role="alert" title={t("absence.saved", { count: effect.duties.length })}>
          {effect.gaps.length === 0
            ? t("absence.covered")
            : effect.gaps.map((gap) => (
                <p key={`${gap.service_id}${gap.from}`}>
                  {t("absence.gap")} <Instant at={gap.from} zone={zone} /> – <Instant at={gap.until} zone={zone} />
                </p>
              ))}
        </Banner>
      )}
      {!effect && (
        <div>
          <Button
            variant="primary"
            isDisabled={person === "" || until <= from}
            isPending={isPending}
            onPress={() => void save()}
            data-testid="absence-save"
          >
            {t("absence.save")}
          </Button>
        </div>
      )}
    </>
  );
}
