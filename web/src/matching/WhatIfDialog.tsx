import type { ConsultSummary, Service } from "../api/types";
import { useTexts } from "../i18n";
import { Dialog } from "../ui";
import { WhatIfView } from "./WhatIfView";
import "./texts";

/** "What if?" for one consult. */
export function WhatIfDialog({ service, consult, onClose }: { service: Service; consult: ConsultSummary; onClose: () => void }) {
  const t = useTexts("matching");
  return (
    <Dialog title={t("part.whatIf")} look="drawer" isOpen onClose={onClose}>
      <WhatIfView service={service} consult={consult} />
    </Dialog>
  );
}
