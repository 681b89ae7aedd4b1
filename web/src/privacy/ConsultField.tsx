import type { ConsultId, NamedConsult } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Field, Instant } from "../ui";
import type { Found } from "./consultRef";

interface ConsultFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** What the last search said; `null` before it and once something else was typed. */
  found: Found | null;
  /** One of several consults of the same short name. */
  onChoose: (id: ConsultId) => void;
  isRequired?: boolean;
  autoFocus?: boolean;
}

/** Which consult: its number or its short name, and a choice where several share that. */
export function ConsultField({ value, onChange, found, onChoose, isRequired, autoFocus }: ConsultFieldProps) {
  const t = useTexts("privacy");
  const problem = found !== null && "problem" in found ? found.problem : null;
  return (
    <div className="stack">
      <Field
        label={t("consult.label")}
        description={t("consult.hint")}
        value={value}
        onChange={onChange}
        error={problem === null ? null : t(`consult.${problem}`)}
        maxLength={36}
        isRequired={isRequired}
        autoFocus={autoFocus}
      />
      {found !== null && "choices" in found && (
        <ul className="records" aria-label={t("consult.choices")}>
          {found.choices.map((consult) => (
            <Choice key={consult.id} consult={consult} onChoose={onChoose} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Choice({ consult, onChoose }: { consult: NamedConsult; onChoose: (id: ConsultId) => void }) {
  const t = useTexts("privacy");
  return (
    <li className="record">
      <div className="record-text">
        <span className="record-name">
          {consult.label} · {consult.hospital}
        </span>
        <span className="muted small">
          <Instant at={consult.created_at} />
          {consult.is_purged && ` · ${t("consult.purged")}`}
        </span>
        <span className="muted small mono">{consult.id}</span>
      </div>
      <Button onPress={() => onChoose(consult.id)} aria-label={t("consult.chooseOf", { id: consult.id })}>
        {t("consult.choose")}
      </Button>
    </li>
  );
}
