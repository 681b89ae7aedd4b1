import { useState } from "react";
import { useMe } from "../api/query";
import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { Button } from "../ui";
import { useHasDraft } from "./drafts";
import type { InRoom } from "./inRoom";
import type { KeyImageSource } from "./keyImages";
import { ReportForm } from "./ReportForm";
import { ReportView } from "./ReportView";
import "./texts";

interface Props {
  detail: ConsultDetail;
  keyImages?: KeyImageSource | undefined;
  inRoom?: InRoom | undefined;
}

/**
 * The specialist's report: the form while nothing is signed, then what was signed and the way to an amendment. A draft
 * that somebody else's signature overtook stays in sight.
 */
export function ReportWork({ detail, keyImages, inRoom }: Props) {
  const t = useTexts("report");
  const [isAmending, setAmending] = useState(false);
  const hasDraft = useHasDraft(detail, useMe().data?.person.id);
  const canSign = detail.actions.includes("sign_report");
  const canAmend = detail.actions.includes("amend");
  const writes = canSign || (canAmend && (isAmending || hasDraft));
  return (
    <>
      {detail.answer && <ReportView detail={detail} />}
      {writes && <ReportForm detail={detail} keyImages={keyImages} inRoom={inRoom} onDone={() => setAmending(false)} />}
      {canAmend && !writes && (
        <div>
          <Button onPress={() => setAmending(true)}>{t("amend")}</Button>
        </div>
      )}
    </>
  );
}
