import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { newId } from "../api/ids";
import { keys } from "../api/query";
import { swapsApi } from "../api/swaps";
import type { Duty, DutyPart, Service, SwapAsk, SwapCandidate } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatWall, instantOf, wallOf } from "../rota/zoneTime";
import { WallField } from "../rota/WallField";
import { Banner, Button, Check, Dialog, ErrorView, Loading, SelectField, useErrorText } from "../ui";
import { Consequences } from "./Consequences";
import { Part } from "./SwapCard";
import "./texts";

interface Props {
  duty: Duty;
  service: Service;
  onDone(): void;
  onClose(): void;
}

/** Gives one's duty away: to whoever can, or to people by name, for one of theirs or for nothing. */
export function AskSwap({ duty, service, onDone, onClose }: Props) {
  const t = useTexts("swaps");
  const errorText = useErrorText();
  const [opened] = useState(() => Date.now());
  // One for all presses: a repeated request asks nobody twice.
  const [id] = useState(() => newId());
  // What runs already is given from the next quarter of an hour on.
  const begin = Math.max(duty.from, Math.ceil(opened / 900_000) * 900_000 + 900_000);
  const [isPart, setPart] = useState(false);
  const [from, setFrom] = useState(() => wallOf(begin, service.zone));
  const [until, setUntil] = useState(() => wallOf(duty.until, service.zone));
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [back, setBack] = useState("");
  const [error, setError] = useState<unknown>();
  const [isPending, setPending] = useState(false);
  const [isDone, setDone] = useState(false);
  const part: DutyPart = isPart
    ? { level: duty.level, from: instantOf(from, service.zone), until: instantOf(until, service.zone) }
    : { level: duty.level, from: begin, until: duty.until };
  const isWhole = part.from >= begin && part.until <= duty.until && part.from < part.until;
  const candidates = useQuery({
    queryKey: [...keys.rota, "candidates", duty.service_id, part],
    queryFn: () => swapsApi.candidates({ service: duty.service_id, ...part }),
    enabled: isWhole,
  });
  const one = chosen.length === 1 ? candidates.data?.find(({ person }) => person.id === chosen[0]) : undefined;
  const returned = one?.duties.find(({ from: at }) => String(at) === back);
  const ask = async (whom: SwapAsk) => {
    setError(undefined);
    setPending(true);
    try {
      const { level, from: starts, until: ends } = returned ?? {};
      const in_return = whom.type === "people" && level && starts && ends ? { level, from: starts, until: ends } : null;
      await swapsApi.ask(id, { service_id: duty.service_id, part, ask: whom, in_return });
      setDone(true);
      onDone();
    } catch (failure) {
      setError(failure);
    }
    setPending(false);
  };
  const able = (candidates.data ?? []).filter(({ can_take }) => can_take);
  return (
    <Dialog title={t("ask.title")} isOpen onClose={onClose}>
      <div className="stack" data-testid="ask-swap">
        <p>
          <strong>{service.name}</strong>
          <br />
          <Part part={part} zone={service.zone} />
        </p>
        {isDone ? (
          <Banner
            tone="ok"
            role="alert"
            actions={
              // The button that was pressed is gone: the focus must not be.
              <Button autoFocus onPress={onClose} data-testid="ask-close">
                {t("common:close")}
              </Button>
            }
          >
            {t("ask.done")}
          </Banner>
        ) : (
          <>
            {candidates.isPending && isWhole && <Loading />}
            {candidates.isError && <ErrorView error={candidates.error} onRetry={() => void candidates.refetch()} />}
            {candidates.data && able.length === 0 && <Banner tone="warn">{t("ask.nobody")}</Banner>}
            {able.length > 0 && (
              <div className="stack">
                <Button variant="primary" size="large" isPending={isPending} onPress={() => void ask({ type: "pool" })} data-testid="ask-pool">
                  {t("ask.pool")} ({able.length})
                </Button>
                <p className="muted small">{t("ask.poolHint")}</p>
              </div>
            )}
            {error !== undefined && (
              <Banner tone="danger" role="alert">
                {errorText(error)}
              </Banner>
            )}
            <Check label={t("ask.part")} isSelected={isPart} onChange={setPart} />
            {isPart && (
              <>
                <WallField label={t("rota:from")} value={from} onChange={setFrom} zone={service.zone} />
                <WallField
                  label={t("rota:until")}
                  value={until}
                  onChange={setUntil}
                  zone={service.zone}
                  error={isWhole ? null : t("rota:duty.endsBefore")}
                />
              </>
            )}
            {candidates.data && candidates.data.length > 0 && (
              <Named candidates={candidates.data} chosen={chosen} onChoose={setChosen} zone={service.zone} />
            )}
            {one && <InReturn duties={one.duties} value={back} onChange={setBack} zone={service.zone} />}
            {chosen.length > 0 && (
              <Button isPending={isPending} onPress={() => void ask({ type: "people", people: [...chosen] })} data-testid="ask-people">
                {one ? t("ask.person", { name: one.person.name }) : t("ask.chosen", { count: chosen.length })}
              </Button>
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}

interface NamedProps {
  candidates: readonly SwapCandidate[];
  chosen: readonly string[];
  zone: string;
  onChoose(people: readonly string[]): void;
}

function Named({ candidates, chosen, zone, onChoose }: NamedProps) {
  const t = useTexts("swaps");
  const toggle = (id: string, is: boolean) => onChoose(is ? [...chosen, id] : chosen.filter((each) => each !== id));
  return (
    <fieldset className="stack swap-people">
      <legend>{t("ask.people")}</legend>
      {candidates.map(({ person, can_take, consequences }) => (
        <div key={person.id}>
          <Check
            label={person.name}
            hint={can_take && consequences.length === 0 ? t("ask.free") : undefined}
            isSelected={chosen.includes(person.id)}
            isDisabled={!can_take}
            onChange={(is) => toggle(person.id, is)}
          />
          {consequences.length > 0 && <Consequences conflicts={consequences} zone={zone} />}
        </div>
      ))}
    </fieldset>
  );
}

interface ReturnProps {
  duties: readonly Duty[];
  value: string;
  zone: string;
  onChange(value: string): void;
}

function InReturn({ duties, value, zone, onChange }: ReturnProps) {
  const t = useTexts("swaps");
  const locale = localeOf(useLanguage());
  if (duties.length === 0) return null;
  const day = (at: number) => formatWall(wallOf(at, zone), locale);
  return (
    <SelectField
      label={t("ask.inReturn")}
      placeholder={t("ask.nothing")}
      value={value}
      onChange={onChange}
      options={duties.map(({ level, from, until }) => ({
        value: String(from),
        label: `${t(`common:duty.${level}`)}, ${day(from)} – ${day(until)}`,
      }))}
    />
  );
}
