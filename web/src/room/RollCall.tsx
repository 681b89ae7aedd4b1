import { useRef, useState } from "react";
import type { ConsultDetail, Member } from "../api/types";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { Button, Dialog, ErrorView } from "../ui";
import { roleOf } from "./people";
import { presentOf, rollOf, type RollLine } from "./rollCall";

const MAX_NAME = 100;

/** "Who is in the room?", on both sides, also those whom no camera shows. Said aloud, then recorded. */
export function RollCall({ detail, roster, onClose }: { detail: ConsultDetail; roster: readonly Member[]; onClose(): void }) {
  const t = useTexts("room");
  const work = useAct(detail.summary.id);
  const [lines, setLines] = useState<RollLine[]>(() =>
    rollOf(roster, (member) => t(`role.${roleOf(member, detail.summary)}`)),
  );
  const added = useRef(0);
  const present = presentOf(lines);
  const change = (key: string, part: Partial<RollLine>) =>
    setLines((all) => all.map((line) => (line.key === key ? { ...line, ...part } : line)));
  const add = () => {
    added.current += 1;
    setLines((all) => [...all, { key: `added-${added.current}`, name: "", role: "", isHere: true }]);
  };
  const record = async () => {
    if (await work.act({ type: "roll_call", present })) onClose();
  };
  return (
    <Dialog
      title={t("roll.title")}
      isOpen
      onClose={onClose}
      actions={
        <Button
          variant="primary"
          isDisabled={present.length === 0}
          isPending={work.pending !== null}
          onPress={() => void record()}
          data-testid="roll-record"
        >
          {t("roll.record", { count: present.length })}
        </Button>
      }
    >
      <div className="stack">
        <p>{t("roll.about")}</p>
        <ul className="roll">
          {lines.map((line, i) => (
            <li key={line.key} className="roll-line">
              <input
                type="checkbox"
                checked={line.isHere}
                aria-label={t("roll.here", { name: line.name || t("roll.line", { n: i + 1 }) })}
                onChange={(event) => change(line.key, { isHere: event.target.checked })}
              />
              <input
                className="input"
                value={line.name}
                maxLength={MAX_NAME}
                aria-label={t("roll.name", { n: i + 1 })}
                placeholder={t("roll.namePlaceholder")}
                autoFocus={line.key.startsWith("added")}
                onChange={(event) => change(line.key, { name: event.target.value })}
              />
              <input
                className="input"
                value={line.role ?? ""}
                maxLength={MAX_NAME}
                aria-label={t("roll.role", { n: i + 1 })}
                placeholder={t("roll.rolePlaceholder")}
                onChange={(event) => change(line.key, { role: event.target.value })}
              />
            </li>
          ))}
        </ul>
        <div>
          <Button onPress={add} data-testid="roll-add">
            {t("roll.add")}
          </Button>
        </div>
        {work.error !== null && <ErrorView error={work.error} />}
      </div>
    </Dialog>
  );
}
