import { useState } from "react";
import type { Service } from "../api/types";
import { useTexts } from "../i18n";
import { Choice, Dialog } from "../ui";
import { WeightsView } from "./WeightsView";
import { WhatIfView } from "./WhatIfView";
import "./texts";

type PartName = "whatIf" | "weights";

/** How a service chooses among its people: tried out, and what each rule is worth. */
export function MatchingDialog({ service, onClose }: { service: Service; onClose: () => void }) {
  const t = useTexts("matching");
  const [part, setPart] = useState<PartName>("whatIf");
  return (
    <Dialog title={t("title", { service: service.name })} look="drawer" isOpen onClose={onClose}>
      <Choice<PartName>
        label={t("part.label")}
        look="pills"
        value={part}
        onChange={setPart}
        options={(["whatIf", "weights"] as const).map((value) => ({ value, label: t(`part.${value}`) }))}
      />
      {part === "whatIf" ? <WhatIfView service={service} /> : <WeightsView serviceId={service.id} />}
    </Dialog>
  );
}
