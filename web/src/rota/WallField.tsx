import { useTexts } from "../i18n";
import { LocalTimeField } from "../ui";
import type { WallTime } from "./zoneTime";

interface Props {
  label: string;
  value: WallTime;
  onChange(value: WallTime): void;
  zone: string;
  error?: string | null;
}

/** Date and time on the wall of a zone, whatever zone the browser is in. */
export function WallField({ label, value, onChange, zone, error = null }: Props) {
  const t = useTexts("rota");
  return (
    <LocalTimeField
      label={label}
      description={t("inZone", { zone })}
      error={error}
      value={value.slice(0, 16)}
      onChange={(changed) => changed !== "" && onChange(`${changed.slice(0, 16)}:00`)}
    />
  );
}
