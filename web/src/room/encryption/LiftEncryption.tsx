import { useState } from "react";
import type { ConsultId } from "../../api/types";
import { useAct } from "../../consult/useAct";
import { useTexts } from "../../i18n";
import { Button, Dialog, ErrorView } from "../../ui";

/** Opens the consult without encryption, for good, once its meaning was read. */
export function LiftEncryption({ consult, onLifted }: { consult: ConsultId; onLifted?: () => void }) {
  const t = useTexts("room");
  const work = useAct(consult);
  const [isOpen, setOpen] = useState(false);
  const lift = async () => {
    if (!(await work.act({ type: "lift_encryption" }))) return;
    onLifted?.();
    setOpen(false);
  };
  return (
    <>
      <Button onPress={() => setOpen(true)} data-testid="lift-encryption">
        {t("encryption.lift.open")}
      </Button>
      <Dialog
        title={t("encryption.lift.title")}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        role="alertdialog"
        actions={
          <>
            <Button onPress={() => setOpen(false)}>{t("common:cancel")}</Button>
            <Button
              variant="danger"
              isPending={work.pending !== null}
              onPress={() => void lift()}
              data-testid="lift-encryption-confirm"
            >
              {t("encryption.lift.confirm")}
            </Button>
          </>
        }
      >
        <p>{t("encryption.lift.about")}</p>
        <ul className="encryption-list">
          <li>{t("encryption.lift.forGood")}</li>
          <li>{t("encryption.lift.seen")}</li>
        </ul>
        <p>{t("encryption.lift.better")}</p>
        {work.error !== null && <ErrorView error={work.error} />}
      </Dialog>
    </>
  );
}
