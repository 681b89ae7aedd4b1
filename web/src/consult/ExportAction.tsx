import { useState } from "react";
import { privacyApi } from "../api/privacy";
import { asApiError } from "../api/problem";
import type { ConsultDetail, Me } from "../api/types";
import { useRequestId } from "../api/useRequestId";
import { useTexts } from "../i18n";
import { Banner, Button, Field, LinkButton } from "../ui";
import { ActDialog } from "./ActDialog";
import "./texts";
import { useAct } from "./useAct";

/** Asks for a copy of the whole consult; the data-protection role decides. For requesting house and specialist. */
export function ExportAction({ detail, me }: { detail: ConsultDetail; me: Me }) {
  const t = useTexts("consult");
  const { summary } = detail;
  const work = useAct(summary.id);
  const requestId = useRequestId();
  const [isOpen, setOpen] = useState(false);
  const [isSent, setSent] = useState(false);
  const [reason, setReason] = useState("");
  const isOfHouse = me.roles.includes("referrer") && me.person.hospital_id === summary.hospital.id;
  if (me.only_consult || !(isOfHouse || summary.specialist?.id === me.person.id)) return null;
  // The one conflict that the server knows here: an own export of this consult is on its way already.
  const isAskedFor = asApiError(work.error)?.code === "conflict";
  const close = () => {
    setOpen(false);
    work.clear();
  };
  const send = async () => {
    const wanted = reason.trim();
    const asked = await work.run("request_export", async () => {
      await privacyApi.requestExport(summary.id, { id: requestId.of(wanted), reason: wanted });
      return undefined;
    });
    if (!asked) return;
    requestId.answered();
    setSent(true);
    setReason("");
    close();
  };
  return (
    <>
      <Button variant="quiet" onPress={() => setOpen(true)}>
        {t("export.open")}
      </Button>
      {isSent && (
        <Banner tone="ok" actions={<LinkButton href="/privacy/#/exports">{t("export.toList")}</LinkButton>}>
          {t("export.sent")}
        </Banner>
      )}
      <ActDialog
        title={t("export.open")}
        isOpen={isOpen}
        onClose={close}
        work={work}
        confirm={t("export.send")}
        onConfirm={() => void send()}
        canConfirm={reason.trim() !== ""}
        refusal={
          isAskedFor ? (
            <Banner tone="info" actions={<LinkButton href="/privacy/#/exports">{t("export.toList")}</LinkButton>}>
              {t("export.again")}
            </Banner>
          ) : undefined
        }
      >
        <p>{t("export.text")}</p>
        <Field label={t("export.reason")} value={reason} onChange={setReason} multiline maxLength={2000} isRequired />
      </ActDialog>
    </>
  );
}
