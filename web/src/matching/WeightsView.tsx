import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { matchingApi } from "../api/matching";
import { asApiError } from "../api/problem";
import type { PreviewedDecision, ServiceId, ServiceWeights, Weights } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, ErrorView, Field, Instant, Loading } from "../ui";
import "./matching.css";
import "./texts";
import { boundsOf, parsed, STANDARD, typed, WEIGHT_NAMES, weightsOf, type TypedWeights } from "./weights";

const keyOf = (service: ServiceId) => ["weights", service] as const;

/** What each rule is worth to a service, and how the last decisions would have come out. */
export function WeightsView({ serviceId }: { serviceId: ServiceId }) {
  const stored = useQuery({ queryKey: keyOf(serviceId), queryFn: () => matchingApi.weights(serviceId), staleTime: Infinity });
  if (stored.isPending) return <Loading />;
  if (stored.isError) return <ErrorView error={stored.error} onRetry={() => void stored.refetch()} />;
  return <WeightsEditor serviceId={serviceId} stored={stored.data} />;
}

function WeightsEditor({ serviceId, stored }: { serviceId: ServiceId; stored: ServiceWeights }) {
  const t = useTexts("matching");
  const client = useQueryClient();
  const [texts, setTexts] = useState<TypedWeights>(() => typed(stored.weights));
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const weights = weightsOf(texts);
  const isChanged = JSON.stringify(weights) !== JSON.stringify(weightsOf(typed(stored.weights)));
  const reload = async () => {
    const fresh = await client.fetchQuery({ queryKey: keyOf(serviceId), queryFn: () => matchingApi.weights(serviceId), staleTime: 0 });
    setTexts(typed(fresh.weights));
    setNote("");
    setTried(false);
  };
  const save = useMutation({
    mutationFn: (wish: Required<Weights>) => matchingApi.putWeights(serviceId, { version: stored.version, weights: wish, note: note.trim() }),
    onSuccess: reload,
  });
  const press = () => {
    setTried(true);
    if (isChanged && weights !== null && note.trim() !== "") save.mutate(weights);
  };
  return (
    <div className="stack" data-testid="weights">
      <p className="muted">{t("weights.about")}</p>
      <div className="weights-grid">
        {WEIGHT_NAMES.map((name) => (
          <Field
            key={name}
            label={t(`weights.${name}`)}
            value={texts[name]}
            onChange={(text) => setTexts((old) => ({ ...old, [name]: text }))}
            error={parsed(name, texts[name]) === null ? t("weights.range", boundsOf(name)) : null}
            autoComplete="off"
            maxLength={8}
          />
        ))}
      </div>
      {weights !== null && <Preview serviceId={serviceId} weights={weights} />}
      <Field
        label={t("weights.note")}
        value={note}
        onChange={setNote}
        error={tried && isChanged && note.trim() === "" ? t("weights.noteMissing") : null}
        autoComplete="off"
        maxLength={200}
      />
      {save.isError &&
        (asApiError(save.error)?.code === "conflict" ? (
          <Banner tone="warn" actions={<Button onPress={() => void reload().then(() => save.reset())}>{t("weights.reload")}</Button>}>
            {t("weights.overtaken")}
          </Banner>
        ) : (
          <ErrorView error={save.error} />
        ))}
      <p role="status" className="small">
        {!isChanged && (tried ? t("weights.unchanged") : save.isSuccess && t("weights.saved", { version: stored.version }))}
      </p>
      <div className="row">
        {/* Stays a button when there is nothing to save: one that vanishes under the finger takes the focus with it. */}
        <Button variant="primary" isDisabled={weights === null} isPending={save.isPending} onPress={press}>
          {t("weights.save")}
        </Button>
        <Button variant="quiet" onPress={() => setTexts(typed(STANDARD))}>
          {t("weights.reset")}
        </Button>
      </div>
      <History stored={stored} />
    </div>
  );
}

function Preview({ serviceId, weights }: { serviceId: ServiceId; weights: Required<Weights> }) {
  const t = useTexts("matching");
  const preview = useQuery({
    queryKey: ["weights-preview", serviceId, weights],
    queryFn: () => matchingApi.preview(serviceId, weights),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (preview.isPending) return <Loading />;
  if (preview.isError) return <ErrorView error={preview.error} />;
  const { mixed, decisions } = preview.data;
  const changed = decisions.filter((decision) => decision.is_changed).length;
  return (
    <section className="stack" aria-live="polite" aria-busy={preview.isFetching}>
      <Banner tone={mixed.length === 0 ? "info" : "warn"} role="note">
        {mixed.length === 0 ? t("weights.inOrder") : t("weights.mixed", { rules: mixed.map((rule) => t(`rule.${rule}`)).join(", ") })}
      </Banner>
      <h4>{t("weights.preview")}</h4>
      {decisions.length === 0 ? (
        <p className="muted">{t("weights.none")}</p>
      ) : (
        <>
          <p data-testid="weights-effect">
            <strong>{t("weights.changed", { changed, count: decisions.length })}</strong>
          </p>
          <ul className="preview-list small">
            {decisions.map((decision) => (
              <li key={decision.decided_at} className={decision.is_changed ? "is-changed" : "muted"}>
                <Instant at={decision.decided_at} seconds /> · <Outcome decision={decision} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Outcome({ decision: { was, would_be, is_changed } }: { decision: PreviewedDecision }) {
  const t = useTexts("matching");
  if (!is_changed) return <>{t("weights.same")}</>;
  const [before, after] = [was, would_be].map((person) => person?.name ?? t("weights.nobody"));
  return <>{before === after ? t("weights.order", { name: after }) : t("weights.first", { was: before, would: after })}</>;
}

function History({ stored }: { stored: ServiceWeights }) {
  const t = useTexts("matching");
  return (
    <section className="stack">
      <h4>{t("weights.history")}</h4>
      {stored.history.length === 0 && <p className="muted">{t("weights.untouched")}</p>}
      <ul className="preview-list small">
        {stored.history.map((version) => (
          <li key={version.version}>
            <strong>{t("weights.version", { version: version.version })}</strong> · <Instant at={version.written_at} /> · {version.author.name}
            <span className="block">{version.note}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
