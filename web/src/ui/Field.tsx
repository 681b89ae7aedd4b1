import { useId, type ReactNode } from "react";
import { FieldError, Input, Label, Radio, RadioGroup, Text, TextArea, TextField } from "react-aria-components";
import { useTexts } from "../i18n";
import { fromLocalInput, toLocalInput } from "../state/time";

interface Common {
  label: string;
  description?: ReactNode;
  /** A sentence that says what to do; marks the field as invalid. */
  error?: string | null | undefined;
  isRequired?: boolean;
  isDisabled?: boolean;
}

export interface FieldProps extends Common {
  value: string;
  onChange: (value: string) => void;
  multiline?: boolean;
  rows?: number;
  type?: "text" | "email" | "password" | "tel" | "date";
  autoComplete?: string;
  maxLength?: number;
  name?: string;
  autoFocus?: boolean;
}

/** One line or several of text. */
export function Field({ label, description, error, multiline, rows = 3, ...rest }: FieldProps) {
  const t = useTexts("common");
  return (
    <TextField className="field" isInvalid={Boolean(error)} validationBehavior="aria" {...rest}>
      <Label className="field-label">
        {label}
        {rest.isRequired && <RequiredMark text={t("required")} />}
      </Label>
      {multiline ? <TextArea className="input" rows={rows} /> : <Input className="input" />}
      {description !== undefined && (
        <Text slot="description" className="field-description">
          {description}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

function RequiredMark({ text }: { text: string }) {
  return (
    <span className="field-required" title={text}>
      {" *"}
    </span>
  );
}

export interface SelectFieldProps<V extends string> extends Common {
  value: V | "";
  onChange: (value: V | "") => void;
  options: readonly { value: V; label: string }[];
  /** Text of the empty choice. */
  placeholder: string;
}

/** The platform's own list: on a phone the wheel, on a PC type-ahead. */
export function SelectField<V extends string>(props: SelectFieldProps<V>) {
  const t = useTexts("common");
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {props.label}
        {props.isRequired && <RequiredMark text={t("required")} />}
      </label>
      <select
        id={id}
        className="input"
        value={props.value}
        disabled={props.isDisabled}
        required={props.isRequired}
        aria-invalid={props.error ? true : undefined}
        aria-describedby={`${id}-text`}
        onChange={(event) => props.onChange(event.target.value as V | "")}
      >
        <option value="">{props.placeholder}</option>
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <FieldText id={`${id}-text`} description={props.description} error={props.error} />
    </div>
  );
}

function FieldText({ id, description, error }: { id: string; description?: ReactNode; error?: string | null | undefined }) {
  return (
    <div id={id}>
      {description !== undefined && <span className="field-description">{description}</span>}
      {error && <span className="field-error">{error}</span>}
    </div>
  );
}

export interface InstantFieldProps extends Common {
  value: number | null;
  onChange: (value: number | null) => void;
}

/** Date and time in the reader's zone. */
export function InstantField({ value, onChange, ...rest }: InstantFieldProps) {
  const text = value === null ? "" : toLocalInput(value);
  return <LocalTimeField {...rest} value={text} onChange={(changed) => onChange(fromLocalInput(changed))} />;
}

export interface LocalTimeFieldProps extends Common {
  /** `2026-11-27T02:07`, of whatever zone; empty for none. */
  value: string;
  onChange: (value: string) => void;
}

/** The platform's field of date and time, which knows no zone. */
export function LocalTimeField({ label, description, error, value, onChange, isDisabled }: LocalTimeFieldProps) {
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
        value={value}
        disabled={isDisabled}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-text`}
        onChange={(event) => onChange(event.target.value)}
      />
      <FieldText id={`${id}-text`} description={description} error={error} />
    </div>
  );
}

export interface ChoiceOption<V extends string> {
  value: V;
  label: string;
  hint?: ReactNode;
  tone?: "emergency" | "urgent" | "elective";
}

export interface ChoiceProps<V extends string> extends Common {
  value: V | null;
  onChange: (value: V) => void;
  options: readonly ChoiceOption<V>[];
  /** `cards`: large surfaces; `row`: the same in one row even on a phone; `pills`: small ones. */
  look?: "cards" | "row" | "pills";
}

/** One of a few, all in sight. */
export function Choice<V extends string>({
  label,
  description,
  error,
  value,
  onChange,
  options,
  look = "cards",
  isRequired = false,
  isDisabled = false,
}: ChoiceProps<V>) {
  return (
    <RadioGroup
      className={`field choice choice-${look}`}
      // `null` and not an empty text, which would be a choice that no radio has: then Tab passes the whole group by.
      value={value}
      onChange={(chosen) => onChange(chosen as V)}
      isInvalid={Boolean(error)}
      isRequired={isRequired}
      isDisabled={isDisabled}
      validationBehavior="aria"
    >
      <Label className="field-label">{label}</Label>
      <div className="choice-options">
        {options.map((option) => (
          <Radio
            key={option.value}
            value={option.value}
            className={`choice-option${option.tone ? ` tone-${option.tone}` : ""}`}
          >
            <span className="choice-label">{option.label}</span>
            {option.hint !== undefined && <span className="choice-hint">{option.hint}</span>}
          </Radio>
        ))}
      </div>
      {description !== undefined && (
        <Text slot="description" className="field-description">
          {description}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </RadioGroup>
  );
}
