import { useState } from "react";
import type { Action, ConsultDetail, Part, PersonRef } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Choice } from "../ui";
import { ColleaguePicker } from "./ColleaguePicker";
import "./texts";
import { useAct } from "./useAct";

type Kind = "assign" | "hand_over" | "add_participant";
const TITLE = { assign: "assignTitle", hand_over: "handOverTitle", add_participant: "addTitle" } as const;
const LABEL = { assign: "assign", hand_over: "handOver", add_participant: "add" } as const;
const PARTS: readonly Part[] = ["second_specialist", "interpreter"];

/** Assign, hand over, call in: whatever the caller may do now, each with the picker. */
export function PeopleActions({ detail }: { detail: ConsultDetail }) {
  const t = useTexts("consult");
  const work = useAct(detail.summary.id);
  const [open, setOpen] = useState<Kind | null>(null);
  const [part, setPart] = useState<Part>("second_specialist");
  const kinds = (["assign", "hand_over", "add_participant"] as const).filter((kind) => detail.actions.includes(kind));
  const close = () => {
    setOpen(null);
    work.clear();
  };
  const pick = async (kind: Kind, person: PersonRef) => {
    if (await work.act(actionOf(kind, person, part))) close();
  };
  const isIn = new Set(detail.summary.participants.map(({ person }) => person.id));
  const isWaiting = detail.summary.specialist === null || detail.summary.specialist === undefined;
  return (
    <>
      {kinds.map((kind) => (
        <Button key={kind} onPress={() => setOpen(kind)}>
          {t(`people.${LABEL[kind]}`)}
        </Button>
      ))}
      {open !== null && (
        <ColleaguePicker
          id={detail.summary.id}
          title={t(`people.${TITLE[open]}`)}
          isOpen
          onClose={close}
          onPick={(person) => void pick(open, person)}
          isPending={work.pending !== null}
          error={work.error}
          isEligible={({ person, qualified }) => (open === "add_participant" ? !isIn.has(person.id) : qualified)}
        >
          {open === "assign" && <p>{isWaiting ? t("people.assignRings") : t("people.assignOffers")}</p>}
          {open === "hand_over" && <p>{t("people.handOverText")}</p>}
          {open === "add_participant" && (
            <Choice<Part>
              label={t("people.addAs")}
              value={part}
              onChange={setPart}
              options={PARTS.map((value) => ({
                value,
                label: t(`common:part.${value}`),
                hint: t(`people.addHint.${value}`),
              }))}
            />
          )}
        </ColleaguePicker>
      )}
    </>
  );
}

function actionOf(kind: Kind, person: PersonRef, part: Part): Action {
  switch (kind) {
    case "assign":
    case "hand_over":
      return { type: kind, to: person.id };
    case "add_participant":
      return { type: kind, person: person.id, part };
  }
}
