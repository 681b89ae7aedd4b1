import { useState } from "react";
import type { RotaPlan, Service } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { PlanningTools } from "../planning/PlanningTools";
import { ProposalDialog } from "../planning/ProposalDialog";
import { useFacts } from "../planning/useFacts";
import { Banner, Button, ErrorView, Loading, SelectField, useErrorText, useNow } from "../ui";
import { goTo } from "../ui/useHash";
import { AbsenceDialog } from "./AbsenceDialog";
import { backToGrid } from "./backToGrid";
import { DayDialog, type DayWish } from "./DayDialog";
import { DraftBanner } from "./DraftBanner";
import { DutyDialog, type DutyWish } from "./DutyDialog";
import { Findings } from "./Findings";
import type { Bar } from "./grid";
import { HistoryDialog } from "./HistoryDialog";
import { MonthGrid } from "./MonthGrid";
import { PublishDialog } from "./PublishDialog";
import "./rota.css";
import { SwapSection } from "./SwapSection";
import "./texts";
import { useRota } from "./useRota";
import { daysOf, firstOf, formatDate, monthOf, shiftMonth, wallOf } from "./zoneTime";

interface Props {
  services: readonly Service[];
  /** Of the address; the first one where it names none. */
  service: string | undefined;
}

/** The month of one service: drafted by hand, checked while it is, published. */
export function RotaPage({ services, service: wanted }: Props) {
  const t = useTexts("rota");
  const service = services.find(({ id }) => id === wanted) ?? services[0];
  if (!service) return <p>{t("noService")}</p>;
  return (
    <div className="stack rota">
      <SelectField
        label={t("service")}
        placeholder={service.name}
        value={service.id}
        onChange={(id) => id !== "" && goTo(`#/rota/${id}`)}
        options={services.map(({ id, name, network }) => ({ value: id, label: `${name} · ${network}` }))}
      />
      <Planner key={service.id} service={service} />
    </div>
  );
}

type Opened =
  | "publish"
  | "history"
  | "proposal"
  | { kind: "day"; wish: DayWish }
  | { kind: "duty"; wish: DutyWish }
  | { kind: "absence"; person: string | undefined; day: string };

/** Announced, and a refusal shown as well. A sentence that is said twice differs by a blank, or it would be heard once. */
interface Said {
  readonly text: string;
  readonly isRefusal: boolean;
  readonly isOdd: boolean;
}

function Planner({ service }: { service: Service }) {
  const t = useTexts("rota");
  const words = useTexts("planning");
  const locale = localeOf(useLanguage());
  const errorText = useErrorText();
  const today = wallOf(useNow(), service.zone).slice(0, 10);
  const [month, setMonth] = useState(() => monthOf(today));
  const [said, setSaid] = useState<Said>({ text: "", isRefusal: false, isOdd: false });
  const [opened, setOpened] = useState<Opened>();
  const [failed, setFailed] = useState<unknown>();
  const rota = useRota(service.id, service.zone, month);
  const { data } = rota.view;
  const days = daysOf(month);
  const facts = useFacts(service.id, firstOf(month), 0).data;
  const close = () => {
    setOpened(undefined);
    backToGrid();
  };
  const say = (text: string, isRefusal = false) => setSaid(({ isOdd }) => ({ text, isRefusal, isOdd: !isOdd }));
  const refuse = (text: string) => say(text, true);
  const edit = (plan: RotaPlan, sentence: string) => {
    if (rota.edit(plan)) say(sentence);
  };
  const run = async (work: () => Promise<unknown>) => {
    setFailed(undefined);
    try {
      await work();
    } catch (error) {
      setFailed(error);
    }
  };
  const openDuty = ({ person, date }: DayWish, bar: Bar | undefined) => setOpened({ kind: "duty", wish: { person: person.id, date, bar } });
  const undo = () => rota.undo() && say(t("said.undone"));
  const redo = () => rota.redo() && say(t("said.redone"));
  const error = failed ?? rota.error;
  return (
    <>
      <div className="row spread rota-bar">
        <div className="row" role="group" aria-label={t("month")}>
          <Button variant="quiet" aria-label={t("previous")} onPress={() => setMonth(shiftMonth(month, -1))}>
            <span aria-hidden="true">‹</span>
          </Button>
          <h2 className="rota-title" aria-live="polite">
            {formatDate(firstOf(month), locale, { month: "long", year: "numeric" })}
          </h2>
          <Button variant="quiet" aria-label={t("next")} onPress={() => setMonth(shiftMonth(month, 1))}>
            <span aria-hidden="true">›</span>
          </Button>
          <Button variant="quiet" onPress={() => setMonth(monthOf(today))}>
            {t("today")}
          </Button>
        </div>
        <div className="row">
          <Button variant="quiet" isDisabled={!rota.canUndo} onPress={undo} data-testid="undo">
            {t("undo")}
          </Button>
          <Button variant="quiet" isDisabled={!rota.canRedo} onPress={redo}>
            {t("redo")}
          </Button>
          <Button variant="quiet" onPress={() => setOpened({ kind: "absence", person: undefined, day: today })}>
            {t("absence.add")}
          </Button>
          <Button variant="quiet" isDisabled={!data} onPress={() => setOpened("proposal")} data-testid="proposal-open">
            {words("proposal.open")}
          </Button>
          <Button variant="quiet" onPress={() => setOpened("history")}>
            {t("history.title")}
          </Button>
        </div>
      </div>
      {data?.draft && (
        <DraftBanner
          draft={data.draft}
          isSaving={rota.isSaving}
          onDiscard={(draft) => void run(() => rota.discard(draft))}
          onRebase={(draft) => void run(() => rota.rebase(draft))}
          onPublish={() => setOpened("publish")}
        />
      )}
      {rota.isForeign && (
        <Banner tone="warn" role="alert">
          {t("draft.foreign")}
        </Banner>
      )}
      {error !== undefined && error !== null && (
        <Banner tone="danger" role="alert">
          {rota.isOvertaken ? t("draft.overtaken") : errorText(error)}
        </Banner>
      )}
      <p role="status" className={said.isRefusal ? "rota-refused" : "visually-hidden"} data-testid="rota-said">
        {said.text}
        {said.isOdd && "\u00a0"}
      </p>
      {rota.view.isPending && <Loading />}
      {rota.view.isError && <ErrorView error={rota.view.error} onRetry={() => void rota.view.refetch()} />}
      {data && (
        <>
          <MonthGrid
            view={data}
            plan={rota.plan}
            days={days}
            facts={facts}
            isLoading={rota.view.isPlaceholderData}
            isBehind={rota.isBehind}
            today={today}
            onEdit={edit}
            onRefuse={refuse}
            onUndo={undo}
            onRedo={redo}
            onOpen={(wish) => setOpened({ kind: "duty", wish })}
            onOpenDay={(wish) => (wish.bars.length > 0 ? setOpened({ kind: "day", wish }) : openDuty(wish, undefined))}
          />
          <Findings view={data} />
          <SwapSection view={data} />
          <PlanningTools view={data} plan={rota.plan} days={days} facts={facts} isBehind={rota.isBehind} onEdit={edit} />
        </>
      )}
      {data && typeof opened === "object" && opened.kind === "duty" && (
        <DutyDialog
          view={data}
          plan={rota.plan}
          wish={opened.wish}
          onEdit={(plan, sentence) => {
            edit(plan, sentence);
            close();
          }}
          onAway={(person, day) => setOpened({ kind: "absence", person, day })}
          onClose={close}
        />
      )}
      {typeof opened === "object" && opened.kind === "day" && (
        <DayDialog wish={opened.wish} onChoose={(bar) => openDuty(opened.wish, bar)} onClose={close} />
      )}
      {data && typeof opened === "object" && opened.kind === "absence" && (
        <AbsenceDialog view={data} person={opened.person} day={opened.day} onDone={() => void rota.reread()} onClose={close} />
      )}
      {data?.draft && opened === "publish" && (
        <PublishDialog
          draft={data.draft}
          zone={service.zone}
          onPublish={(draft, note) => {
            close();
            void run(async () => {
              await rota.publish(draft, note);
              say(t("said.published"));
            });
          }}
          onClose={close}
        />
      )}
      {data && opened === "proposal" && <ProposalDialog view={data} plan={rota.plan} days={days} onEdit={edit} onClose={close} />}
      {opened === "history" && (
        <HistoryDialog
          service={service.id}
          zone={service.zone}
          hasDraft={Boolean(data?.draft)}
          onRestore={(revision) => {
            close();
            void run(() => rota.restore(revision));
          }}
          onClose={close}
        />
      )}
    </>
  );
}
