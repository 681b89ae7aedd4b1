import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { adoptFreeSlots, useSlots } from "../api/slots";
import type { ConsultSummary, PersonId, AppointmentSlot } from "../api/types";
import type { Act } from "../consult/useAct";
import { useTexts } from "../i18n";
import { Button, Dialog, ErrorView, Loading } from "../ui";
import { SlotPicker } from "./SlotPicker";
import "./slots.css";
import "./texts";

export interface SlotDialogProps {
  consult: ConsultSummary;
  work: Act;
  /** Books for the house that asks, or proposes as the specialist. */
  action: "book_slot" | "propose_slot";
  /** Slots of this person alone. */
  only?: PersonId | undefined;
  isOpen: boolean;
  onClose: () => void;
}

/** Another time. Whoever was slower learns it here and picks again. */
export function SlotDialog({ consult, work, action, only, isOpen, onClose }: SlotDialogProps) {
  const t = useTexts("slots");
  const client = useQueryClient();
  const service = consult.service.id;
  const list = useSlots(service, consult.id, isOpen);
  const [chosen, setChosen] = useState<AppointmentSlot | null>(null);
  const shown = list.data && { ...list.data, slots: list.data.slots.filter((slot) => only === undefined || slot.person.id === only) };
  const send = async () => {
    if (!chosen) return;
    const slot = { person: chosen.person.id, start: chosen.start };
    if (await work.act({ type: action, slot })) onClose();
    else setChosen(null);
  };
  const close = () => {
    work.clear();
    setChosen(null);
    onClose();
  };
  useEffect(() => {
    adoptFreeSlots(client, service, consult.id, work.error);
  }, [client, service, consult.id, work.error]);
  return (
    <Dialog
      title={t(action === "book_slot" ? "dialog.book" : "dialog.propose")}
      isOpen={isOpen}
      onClose={close}
      actions={
        <>
          <Button onPress={close}>{t("common:cancel")}</Button>
          <Button variant="primary" isDisabled={chosen === null} isPending={work.pending === action} onPress={() => void send()}>
            {t(action === "book_slot" ? "dialog.bookSend" : "dialog.proposeSend")}
          </Button>
        </>
      }
    >
      <div className="stack">
        {work.error !== null && <ErrorView error={work.error} />}
        {list.isPending && <Loading />}
        {list.isError && <ErrorView error={list.error} onRetry={() => void list.refetch()} />}
        {shown && <SlotPicker list={shown} deadline={consult.deadline ?? null} value={chosen} onChange={setChosen} />}
      </div>
    </Dialog>
  );
}
