import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useTexts } from "../i18n";
import { Button } from "./Button";

export interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the foot; the closing one is there already in the head. */
  actions?: ReactNode;
  /** `drawer` stands at the right edge and is as high as the window (full screen on a phone). */
  look?: "dialog" | "drawer";
  /** `alertdialog` for something that must be answered. */
  role?: "dialog" | "alertdialog";
}

/** Keeps the focus inside, closes with Escape, and gives the focus back. */
export function Dialog({ title, isOpen, onClose, children, actions, look = "dialog", role = "dialog" }: DialogProps) {
  const t = useTexts("common");
  return (
    <ModalOverlay
      className={`overlay overlay-${look}`}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={role === "dialog"}
    >
      <Modal className={`modal modal-${look}`}>
        <AriaDialog className="dialog" role={role}>
          <div className="dialog-head">
            <Heading slot="title" className="dialog-title">
              {title}
            </Heading>
            <Button variant="quiet" aria-label={t("close")} onPress={onClose} className="dialog-close">
              <span aria-hidden="true">×</span>
            </Button>
          </div>
          <div className="dialog-body">{children}</div>
          {actions !== undefined && <div className="dialog-actions">{actions}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
