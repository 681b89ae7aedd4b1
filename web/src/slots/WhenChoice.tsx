import type { AppointmentSlot, SlotList } from "../api/types";
import { useTexts } from "../i18n";
import { Choice } from "../ui";
import { SlotPicker } from "./SlotPicker";
import "./slots.css";
import "./texts";

/** By appointment, whenever it suits, or ringing as everything else. */
export type When = "slot" | "whenever" | "ring";

export interface WhenChoiceProps {
  list: SlotList;
  deadline: number | null;
  when: When | null;
  slot: AppointmentSlot | null;
  onChange: (when: When, slot: AppointmentSlot | null) => void;
  error: string | null;
}

/** How an elective consult is to be asked for. */
export function WhenChoice({ list, deadline, when, slot, onChange, error }: WhenChoiceProps) {
  const t = useTexts("slots");
  return (
    <div className="stack">
      <Choice<When>
        label={t("wish.label")}
        value={when}
        onChange={(chosen) => onChange(chosen, chosen === "slot" ? slot : null)}
        isRequired
        error={error}
        options={[
          { value: "slot", label: t("wish.slot"), hint: t("wish.slotHint") },
          { value: "whenever", label: t("wish.whenever"), hint: t("wish.wheneverHint") },
          { value: "ring", label: t("wish.ring"), hint: t("wish.ringHint") },
        ]}
      />
      {when === "slot" && (
        <SlotPicker list={list} deadline={deadline} value={slot} onChange={(chosen) => onChange("slot", chosen)} />
      )}
    </div>
  );
}
