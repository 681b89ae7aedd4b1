import { useState } from "react";
import { Label, Radio, RadioGroup, Text } from "react-aria-components";
import { useTexts } from "../i18n";
import { Button } from "../ui";
import {
  EMPTY_NIHSS,
  isUntouched,
  nihssSum,
  NIHSS_ITEMS,
  NIHSS_MAXIMA,
  openItems,
  untestable,
  type NihssItem,
  type NihssScore,
  type NihssValue,
} from "./nihss";

interface Props {
  score: NihssScore;
  onChange(score: NihssScore): void;
  error: string | null;
}

/** The fifteen items, each with its values in a row, and the plain sum. */
export function NihssFields({ score, onChange, error }: Props) {
  const t = useTexts("report");
  const open = openItems(score).length;
  const setItem = (index: number, value: NihssValue) => onChange(score.map((old, i) => (i === index ? value : old)));
  const skipped = untestable(score);
  const sum = nihssSum(score);
  const isEmpty = isUntouched(score);
  const [isOpen, setOpen] = useState(!isEmpty);
  const sumText = skipped > 0 ? t("nihss.sumUntestable", { sum, count: skipped }) : t("nihss.sum", { sum });
  return (
    <details
      className="nihss"
      open={isOpen || error !== null}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid="nihss"
    >
      <summary>
        {t("nihss.title")} {isEmpty ? `(${t("common:optional")})` : `· ${sumText}`}
      </summary>
      <p className="muted small">{t("nihss.hint")}</p>
      {NIHSS_ITEMS.map((item, index) => (
        <Item
          key={item}
          item={item}
          most={NIHSS_MAXIMA[index] ?? 0}
          value={score[index] ?? "open"}
          onChange={(value) => setItem(index, value)}
        />
      ))}
      <div className="nihss-foot">
        <p role="status">
          {!isEmpty && (
            <>
              <strong className="nihss-sum" data-testid="nihss-sum">
                {sumText}
              </strong>
              {open > 0 && <span className="muted"> · {t("nihss.open", { count: open })}</span>}
            </>
          )}
        </p>
        <div className="row">
          {open > 0 && (
            <Button onPress={() => onChange(score.map((value) => (value === "open" ? 0 : value)))}>
              {t("nihss.restZero")}
            </Button>
          )}
          {!isEmpty && (
            <Button variant="quiet" onPress={() => onChange(EMPTY_NIHSS)}>
              {t("nihss.clear")}
            </Button>
          )}
        </div>
      </div>
      {error !== null && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </details>
  );
}

interface ItemProps {
  item: NihssItem;
  most: number;
  value: NihssValue;
  onChange(value: NihssValue): void;
}

function Item({ item, most, value, onChange }: ItemProps) {
  const t = useTexts("report");
  const numbers = Array.from({ length: most + 1 }, (_, number) => number);
  return (
    <RadioGroup
      className="nihss-item"
      value={value === "open" ? "" : String(value)}
      onChange={(chosen) => onChange(chosen === "untestable" ? chosen : Number(chosen))}
    >
      <div className="nihss-name">
        <Label>{t(`nihss.items.${item}`)}</Label>
        <Text slot="description" className="muted small">
          {t(`nihss.hints.${item}`)}
        </Text>
      </div>
      <div className="nihss-values">
        {numbers.map((number) => (
          <Radio key={number} value={String(number)} className="nihss-value">
            {number}
          </Radio>
        ))}
        <Radio value="untestable" className="nihss-value" aria-label={t("nihss.untestable")}>
          {t("nihss.untestableShort")}
        </Radio>
      </div>
    </RadioGroup>
  );
}
