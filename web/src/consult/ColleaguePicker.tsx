import { useState, type ReactNode } from "react";
import { useColleagues } from "../api/query";
import type { Colleague, ConsultId, PersonRef } from "../api/types";
import { useTexts } from "../i18n";
import { inPickOrder } from "../state/lists";
import { Dialog, ErrorView, Field, Loading, Button } from "../ui";
import "./consult.css";
import "./texts";

/** Lists of this length and longer get a filter. */
const FILTER_FROM = 8;

export interface ColleaguePickerProps {
  id: ConsultId;
  title: string;
  isOpen: boolean;
  onClose: () => void;
  onPick: (person: PersonRef) => void;
  isPending: boolean;
  error: unknown;
  isEligible: (colleague: Colleague) => boolean;
  children?: ReactNode;
}

/** Who may take over or help, those on duty and free first. One tap picks. */
export function ColleaguePicker(props: ColleaguePickerProps) {
  const t = useTexts("consult");
  const [filter, setFilter] = useState("");
  const colleagues = useColleagues(props.id, props.isOpen);
  const eligible = inPickOrder((colleagues.data ?? []).filter(props.isEligible));
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = eligible.filter(({ person }) => `${person.name} ${person.hospital}`.toLocaleLowerCase().includes(wanted));
  return (
    <Dialog title={props.title} isOpen={props.isOpen} onClose={props.onClose}>
      {props.children}
      {props.error !== null && <ErrorView error={props.error} />}
      {colleagues.isPending && <Loading />}
      {colleagues.isError && <ErrorView error={colleagues.error} onRetry={() => void colleagues.refetch()} />}
      {eligible.length >= FILTER_FROM && <Field label={t("people.filter")} value={filter} onChange={setFilter} />}
      {colleagues.data && shown.length === 0 && <p className="muted">{t("people.nobody")}</p>}
      <ul className="colleagues">
        {shown.map((colleague) => (
          <li key={colleague.person.id}>
            <Button block className="colleague" isDisabled={props.isPending} onPress={() => props.onPick(colleague.person)}>
              <Line colleague={colleague} />
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Line({ colleague }: { colleague: Colleague }) {
  const t = useTexts("consult");
  const { person, on_duty: duty, busy } = colleague;
  return (
    <>
      <span className="colleague-who">
        <strong>{person.name}</strong>
        <span className="muted small">{person.hospital}</span>
      </span>
      <span className="row">
        <span className={`badge ${duty ? "state-good" : "state-done"}`}>{duty ? t(`common:duty.${duty}`) : t("people.offDuty")}</span>
        {busy && <span className="badge state-wait">{t("people.busy")}</span>}
      </span>
    </>
  );
}
