import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newId } from "../api/ids";
import { keys } from "../api/query";
import { swapsApi } from "../api/swaps";
import type { HandOverView, ServiceId } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Field, Instant, UrgencyBadge, useErrorText } from "../ui";
import "./swaps.css";
import "./texts";

const POLL_MS = 60_000;

/** What the duty before has left, and what is open: big when one's own duty is near. */
export function MyHandOvers() {
  const views = useQuery({ queryKey: [...keys.rota, "hand-overs"], queryFn: swapsApi.myHandOvers, refetchInterval: POLL_MS });
  return (views.data ?? []).map((view) => <HandOver key={view.service_id} view={view} />);
}

/** The same for the coordinator. */
export function ServiceHandOver({ service }: { service: ServiceId }) {
  const view = useQuery({
    queryKey: [...keys.rota, "hand-over", service],
    queryFn: () => swapsApi.handOver(service),
    refetchInterval: POLL_MS,
  });
  return view.data ? <HandOver view={view.data} /> : null;
}

function HandOver({ view }: { view: HandOverView }) {
  const t = useTexts("swaps");
  const name = (of: HandOverView["on_duty"]) => [...new Set(of.map(({ person }) => person.name))].join(", ") || t("handOver.noOne");
  const title = `hand-over-${view.service_id}`;
  return (
    <section className="card stack" aria-labelledby={title} data-testid="hand-over">
      <h2 id={title}>{t("handOver.titleOf", { service: view.service })}</h2>
      <p className="muted small">
        {t("handOver.now")} {name(view.on_duty)}
        {view.next.length > 0 && ` · ${t("handOver.next")} ${name(view.next)}`}
      </p>
      {view.notes.length === 0 && <p>{t("handOver.none")}</p>}
      <ul className="stack">
        {view.notes.slice(0, 3).map((note) => (
          <li key={note.id}>
            <p className="hand-over-note">{note.text}</p>
            <p className="muted small">
              {note.author.name}, <Instant at={note.at} zone={view.zone} />
            </p>
          </li>
        ))}
      </ul>
      <h3>{view.open.length === 0 ? t("handOver.nothingOpen") : t("handOver.open", { count: view.open.length })}</h3>
      <ul className="stack">
        {view.open.map((consult) => (
          <li key={consult.id} className="row">
            <UrgencyBadge urgency={consult.urgency} /> <strong>{consult.label}</strong> {consult.hospital}
            <span className="muted">
              {t(`common:state.${consult.state}`)}
              {consult.specialist && ` · ${t("handOver.withWhom", { name: consult.specialist.name })}`}
            </span>
          </li>
        ))}
      </ul>
      {view.may_write && <Write service={view.service_id} />}
    </section>
  );
}

function Write({ service }: { service: ServiceId }) {
  const t = useTexts("swaps");
  const client = useQueryClient();
  const errorText = useErrorText();
  const [id, setId] = useState(() => newId());
  const [text, setText] = useState("");
  const [said, setSaid] = useState<unknown>();
  const [isPending, setPending] = useState(false);
  const save = async () => {
    setSaid(undefined);
    setPending(true);
    try {
      await swapsApi.putNote(id, service, text);
      setText("");
      setId(newId());
      setSaid("saved");
    } catch (failure) {
      setSaid(failure);
    }
    setPending(false);
    await client.invalidateQueries({ queryKey: keys.rota });
  };
  return (
    <div className="stack">
      <Field label={t("handOver.write")} description={t("handOver.warning")} value={text} onChange={setText} multiline maxLength={2000} />
      {said !== undefined && (
        <Banner tone={said === "saved" ? "ok" : "danger"} role="alert">
          {said === "saved" ? t("handOver.saved") : errorText(said)}
        </Banner>
      )}
      <div>
        <Button isDisabled={text.trim() === ""} isPending={isPending} onPress={() => void save()} data-testid="hand-over-save">
          {t("handOver.save")}
        </Button>
      </div>
    </div>
  );
}
