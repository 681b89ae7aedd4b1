import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { adopt, useConsult } from "../api/query";
import type { ConsultDetail, StudyStatus } from "../api/types";
import { AnswerView } from "../consult/AnswerView";
import { CaseView } from "../consult/CaseView";
import { Timeline } from "../consult/Timeline";
import { useTexts } from "../i18n";
import { Banner, Button, Elapsed, ErrorView, Eta, LinkButton, Loading, PhoneLink, StateBadge, UrgencyBadge } from "../ui";
import { AnswerForm } from "./AnswerForm";

/** One accepted consult: into the room, the case, the images, the answer. */
export function ConsultPage({ id }: { id: string }) {
  const consult = useConsult(id);
  if (consult.isPending) return <Loading />;
  if (consult.isError && consult.data === undefined) {
    return (
      <div className="stack">
        <BackLink />
        <ErrorView error={consult.error} onRetry={() => void consult.refetch()} />
      </div>
    );
  }
  return <Consult detail={consult.data} />;
}

function BackLink() {
  const t = useTexts("common");
  return (
    <div>
      <LinkButton variant="quiet" href="#/">
        ‹ {t("back")}
      </LinkButton>
    </div>
  );
}

function Consult({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("oncall");
  const client = useQueryClient();
  const { summary, actions } = detail;
  const [isEnding, setEnding] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const end = async () => {
    setEnding(true);
    setError(null);
    try {
      adopt(client, await api.act(summary.id, { type: "end_session" }));
    } catch (failure) {
      setError(failure);
    } finally {
      setEnding(false);
    }
  };
  const canAnswer = actions.includes("submit_answer");
  return (
    <div className="stack">
      <BackLink />
      <section className="card stack" aria-labelledby="consult-title">
        <div className="row spread">
          <div className="row">
            <UrgencyBadge urgency={summary.urgency} />
            <StateBadge state={summary.state} />
            <span className="muted">{summary.label}</span>
          </div>
          <span className="case-clock">
            <Elapsed since={summary.created_at} />
          </span>
        </div>
        <div>
          <h1 id="consult-title">{summary.hospital.name}</h1>
          <p>
            {summary.service.name}
            {summary.eta && (
              <>
                {" · "}
                <Eta at={summary.eta} />
              </>
            )}
          </p>
        </div>
        {actions.includes("join") && (
          <LinkButton variant="ok" size="huge" block href={`/room/${summary.id}`}>
            {t("consult.enter")}
          </LinkButton>
        )}
        <div className="row">
          <PhoneLink
            number={detail.fields?.callback_phone ?? summary.requester.phone ?? summary.hospital.phone}
            label={`${t("consult.requester")}: ${summary.requester.name}`}
          />
          {actions.includes("end_session") && (
            <Button isPending={isEnding} onPress={() => void end()}>
              {t("consult.end")}
            </Button>
          )}
        </div>
        {error !== null && <ErrorView error={error} />}
      </section>
      <section className="card stack" aria-labelledby="case-title">
        <h2 id="case-title">{t("consult.case")}</h2>
        {detail.fields && <CaseView fields={detail.fields} />}
        {summary.missing.length > 0 && (
          <Banner tone="info" role="note">
            {t("consult.missing", { fields: summary.missing.map((field) => t(`common:field.${field}`)).join(", ") })}
          </Banner>
        )}
        <h3>{t("consult.images")}</h3>
        {detail.studies.length === 0 && <p className="muted">{t("consult.noImages")}</p>}
        <ul className="stack">
          {detail.studies.map((study) => (
            <StudyLine key={study.id} study={study} />
          ))}
        </ul>
      </section>
      <section className="card stack" aria-labelledby="answer-title">
        <h2 id="answer-title">{t("consult.answer")}</h2>
        {detail.answer ? (
          <>
            {summary.state === "reported" && (
              <Banner tone="ok" title={t("form.signed")}>
                {t("consult.waitForRead", { name: summary.requester.name })}
              </Banner>
            )}
            <AnswerView signed={detail.answer} />
          </>
        ) : canAnswer ? (
          <AnswerForm id={summary.id} />
        ) : (
          <p className="muted">{t("consult.noAnswerYet")}</p>
        )}
      </section>
      <details className="card">
        <summary>
          <h2>{t("consult.history")}</h2>
        </summary>
        <Timeline entries={detail.timeline} />
      </details>
    </div>
  );
}

function StudyLine({ study }: { study: StudyStatus }) {
  const t = useTexts("oncall");
  const title = [study.modalities.join(", "), study.description].filter(Boolean).join(" · ");
  return (
    <li className="row spread">
      <strong>{title}</strong>
      <span className="clock muted">
        {study.declared
          ? t("consult.imagesPart", { received: study.received, declared: study.declared })
          : t("consult.imagesCount", { received: study.received })}
      </span>
    </li>
  );
}
