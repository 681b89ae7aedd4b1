import { useState } from "react";
import { useTexts } from "../i18n";
import { Field } from "../ui";
import { numberOf } from "./steps";

interface Props {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange(value: number): void;
}

/** A whole number within bounds. What is half typed stays in the field and counts only when it is one. */
export function NumberField({ label, value, min, max, onChange }: Props) {
  const t = useTexts("policy");
  const [typed, setTyped] = useState<string>();
  const number = typed === undefined ? value : numberOf(typed);
  const isGood = number !== undefined && number >= min && number <= max;
  return (
    <Field
      label={label}
      value={typed ?? String(value)}
      maxLength={6}
      onChange={(text) => {
        const next = numberOf(text);
        setTyped(next === undefined || next < min || next > max ? text : undefined);
        if (next !== undefined && next >= min && next <= max) onChange(next);
      }}
      error={isGood ? null : t("range", { min, max })}
    />
  );
}
