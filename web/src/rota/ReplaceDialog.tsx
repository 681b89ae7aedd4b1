import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "../api/query";
import { newId } from "../api/ids";
import { rotaApi } from "../api/rota";
import { swapsApi } from "../api/swaps";
import type { Duty, DutyLevel, RotaView, Service } from "../api/types";
import { useTexts } from "../i18n";
import "../swaps/texts";
import { Banner, Button, Choice, Dialog, EmptyState, ErrorView, Instant, Loading, useErrorText } from "../ui";
import { isFree, ranked, replaced, type Substitute } from "./substitutes";
import "./texts";

interface Props {
  service: Service;
  onDone(): void;
  onClose(): void;
}

const DAY = 86_400_000;
const LEVELS: readonly DutyLevel[] = ["primary", "secondary", "backup"];

/** Somebody else on duty now: who could, the best first, with the reasons; one press. */
export function ReplaceDialog({ service, onDone, onClose }: Props) {
  const t = useTexts("rota");
  const errorText = useErrorText();
  // Once: the list must not move under the hand.
  const [now] = useState(() => Date.now());
  const [level, setLevel] = useState<DutyLevel>("primary");
  const [done, setDone] = useState<Duty>();
  const [error, setError] = useState<unknown>();
  const [pending, setPending] = useState<string>();
  const [asked, setAsked] = useState<string>();
  // One for all presses: a repeated request asks nobody twice.
  const [swap] = useState(() => newId());
  const words = useTexts("swaps");
  const view = useQuery({ queryKey: [...keys.rota, service.id, "now", now], queryFn: () => rotaApi.rota(service.id, now - DAY, now + DAY) });
  const put = async (person: string) => {
    setError(undefined);
    setPending(person);
    try {
      setDone(await rotaApi.takeOver(service.id, { level, person }));
      onDone();
    } catch (failure) {
      setError(failure);
    }
    setPending(undefined);
  };
  const ask = async (giver: string, until: number, people: readonly Substitute[]) => {
    setError(undefined);
    setPending("three");
    try {
      const to = people.map(({ person }) => person.id);
      await swapsApi.ask(swap, { service_id: service.id, giver, part: { level, from: now, until }, ask: { type: "people", people: to } });
      setAsked(people.map(({ person }) => person.name).join(", "));
      onDone();
    } catch (failure) {
      setError(failure);
    }
    setPending(undefined);
  };
  const three = view.data ? ranked(view.data, level, now).filter(isFree).slice(0, 3) : [];
  const present = view.data && replaced(view.data, level, now);
  return (
    <Dialog title={t("replace.title", { service: service.name })} isOpen onClose={onClose}>
      <div className="stack" data-testid="replace">
        {done ? (
          <Banner tone="ok" role="alert" title={t("replace.done", { name: done.person.name })}>
            {t(`common:duty.${done.level}`)}, {t("replace.until")} <Instant at={done.until} zone={service.zone} />
          </Banner>
        ) : (
          <>
            <Choice<DutyLevel>
              label={t("duty.level")}
              look="pills"
              value={level}
              onChange={setLevel}
              options={LEVELS.map((value) => ({ value, label: t(`common:duty.${value}`) }))}
            />
            <p>{t("replace.about")}</p>
            {error !== undefined && (
              <Banner tone="danger" role="alert">
                {errorText(error)}
              </Banner>
            )}
            {asked !== undefined && (
              <Banner tone="ok" role="alert">
                {words("ask.threeDone", { names: asked })}
              </Banner>
            )}
            {present && three.length > 1 && asked === undefined && (
              <div>
                <Button
                  variant="primary"
                  isPending={pending === "three"}
                  onPress={() => void ask(present.person, present.until, three)}
                  data-testid="ask-three"
                >
                  {words(three.length === 3 ? "ask.three" : "ask.chosen", { count: three.length })}
                </Button>
                <p className="muted small">{three.map(({ person }) => person.name).join(", ")}</p>
              </div>
            )}
            {view.isPending && <Loading />}
            {view.isError && <ErrorView error={view.error} onRetry={() => void view.refetch()} />}
            {view.data && <Substitutes view={view.data} level={level} now={now} pending={pending} onPut={(person) => void put(person)} />}
          </>
        )}
      </div>
    </Dialog>
  );
}

interface ListProps {
  view: RotaView;
  level: DutyLevel;
  now: number;
  pending: string | undefined;
  onPut(person: string): void;
}

function Substitutes({ view, level, now, pending, onPut }: ListProps) {
  const t = useTexts("rota");
  const list = ranked(view, level, now);
  if (list.length === 0) return <EmptyState title={t("nobody")} />;
  return (
    <ol className="rota-list" data-testid="substitutes">
      {list.map(({ person, reasons, isAble }) => (
        <li key={person.id} className="row spread">
          <span>
            <strong>{person.name}</strong>
            <span className="block muted small">{reasons.map(({ text, values }) => t(`replace.reason.${text}`, values)).join(" · ")}</span>
          </span>
          <Button isDisabled={!isAble} isPending={pending === person.id} onPress={() => onPut(person.id)}>
            {t("replace.put")}
          </Button>
        </li>
      ))}
    </ol>
  );
}
