import type { ReactNode } from "react";
import { useTexts } from "../i18n";
import { Button, Dialog, ErrorView } from "../ui";
import type { Act } from "./useAct";

interface Props {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** What is on its way, and what was in the way. */
  work: Act;
  /** Words on the button that does it. */
  confirm: string;
  onConfirm: () => void;
  canConfirm?: boolean;
  /** It cannot be undone: the dialog has to be answered. Words on the button that leaves all as it is. */
  keep?: string;
  /** Stands in the place of the error, where one is known by what it means here. */
  refusal?: ReactNode;
  children: ReactNode;
}

/** One action of a consult that asks something first: fields, what was in the way, and the two ways out. */
export function ActDialog(props: Props) {
  const t = useTexts("common");
  const { title, isOpen, onClose, work, confirm, onConfirm, canConfirm = true, keep, refusal, children } = props;
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      onClose={onClose}
      role={keep === undefined ? "dialog" : "alertdialog"}
      actions={
        <>
          <Button onPress={onClose}>{keep ?? t("cancel")}</Button>
          <Button
            variant={keep === undefined ? "primary" : "danger"}
            isDisabled={!canConfirm}
            isPending={work.pending !== null}
            onPress={onConfirm}
          >
            {confirm}
          </Button>
        </>
      }
    >
      {children}
      {refusal ?? (work.error !== null && <ErrorView error={work.error} />)}
    </Dialog>
  );
}
