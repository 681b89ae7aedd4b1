import { useId } from "react";
import { useTexts } from "../i18n";
import type { WallTime } from "./zoneTime";

interface Props {
  label: string;
  value: WallTime;
  onChange(value: WallTime): void;
  zone: string;
  error?: string | null;
}

/** Date and time on the wall of a zone, whatever zone the browser is in: the platform's field knows none. */
export function WallField({ label, value, onChange, zone, error = null }: Props) {
  const t = useTexts("rota");
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className="input"
        type="datetime-local"
        value={value.slice(0, 16)}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-text`}
        onChange={({ target }) => target.value !== "" && onChange(`${target.value.slice(0, 16)}:00`)}
      />
      <div id={`${id}-text`}>
        <span className="field-description">{t("inZone", { zone })}</span>
        {error && <span className="field-error">{error}</span>}
      </div>
    </div>
  );
}
