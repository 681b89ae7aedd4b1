import type { ReactNode } from "react";
import { Checkbox, CheckboxGroup, FieldError, Label, Text } from "react-aria-components";
import { useTexts } from "../i18n";

interface CheckProps {
  label: ReactNode;
  hint?: ReactNode;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  isDisabled?: boolean;
  /** Where the words stand elsewhere, as in a table. */
  "aria-label"?: string;
}

/** One yes or no. */
export function Check({ label, hint, ...rest }: CheckProps) {
  return (
    <Checkbox className="check" {...rest}>
      <CheckFace label={label} hint={hint} />
    </Checkbox>
  );
}

export interface CheckOption<V extends string> {
  value: V;
  label: string;
  hint?: string;
  isDisabled?: boolean;
}

interface ChecksProps<V extends string> {
  label: string;
  options: readonly CheckOption<V>[];
  value: readonly V[];
  onChange: (value: V[]) => void;
  description?: ReactNode;
  error?: string | null;
  isRequired?: boolean;
  /** Single words: more of them beside one another. */
  isShort?: boolean;
}

/** Any of a few, all in sight; what was chosen comes back in the order of the options. */
export function Checks<V extends string>({
  label,
  options,
  value,
  onChange,
  description,
  error,
  isRequired = false,
  isShort = false,
}: ChecksProps<V>) {
  const t = useTexts("common");
  return (
    <CheckboxGroup
      className="field"
      value={[...value]}
      onChange={(chosen) => onChange(options.map((option) => option.value).filter((option) => chosen.includes(option)))}
      isInvalid={Boolean(error)}
      isRequired={isRequired}
      validationBehavior="aria"
    >
      <Label className="field-label">
        {label}
        {isRequired && (
          <span className="field-required" title={t("required")}>
            {" *"}
          </span>
        )}
      </Label>
      <div className={`check-options${isShort ? " is-short" : ""}`}>
        {options.map((option) => (
          <Checkbox key={option.value} value={option.value} className="check" isDisabled={option.isDisabled ?? false}>
            <CheckFace label={option.label} hint={option.hint} />
          </Checkbox>
        ))}
      </div>
      {description !== undefined && (
        <Text slot="description" className="field-description">
          {description}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </CheckboxGroup>
  );
}

function CheckFace({ label, hint }: { label: ReactNode; hint?: ReactNode }) {
  return (
    <>
      <svg className="check-box" viewBox="0 0 20 20" aria-hidden="true">
        <path d="M4.5 10.5 8.5 14.5 15.5 6" fill="none" stroke="currentColor" strokeWidth="2.5" />
      </svg>
      <span>
        <span className="check-label">{label}</span>
        {hint !== undefined && <span className="check-hint">{hint}</span>}
      </span>
    </>
  );
}
