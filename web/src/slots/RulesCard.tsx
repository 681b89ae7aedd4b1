import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { slotKeys, slotsApi } from "../api/slots";
import type { BookingRules, DutyLevel, Service } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Checks, ErrorView, Field, Loading } from "../ui";
import "./slots.css";
import "./texts";

const LEVELS: readonly DutyLevel[] = ["primary", "secondary", "backup"];
const DAYS = ["1", "2", "3", "4", "5", "6", "7"] as const;
const NUMBERS = ["slot", "before", "after", "lead", "horizon", "perDay"] as const;
type NumberName = (typeof NUMBERS)[number];
const FIELD = {
  slot: "slot_minutes",
  before: "before_minutes",
  after: "after_minutes",
  lead: "lead_minutes",
  horizon: "horizon_days",
  perDay: "per_day",
} as const satisfies Record<NumberName, keyof BookingRules>;

/** Weekday afternoons: what a service begins with that offers appointments. */
const NEW: BookingRules = {
  hours: [{ days: [1, 2, 3, 4, 5], from: "13:00:00", until: "16:00:00", on_holidays: "not" }],
  levels: ["primary"],
  slot_minutes: 20,
  before_minutes: 0,
  after_minutes: 10,
  lead_minutes: 120,
  horizon_days: 21,
  per_day: 4,
};

/** When a service can be booked. */
export function RulesCard({ service }: { service: Service }) {
  const t = useTexts("slots");
  const booking = useQuery({ queryKey: slotKeys.rules(service.id), queryFn: () => slotsApi.rules(service.id) });
  const [edited, setEdited] = useState<BookingRules | null>(null);
  const rules = booking.data?.rules ?? null;
  return (
    <section className="card stack" aria-labelledby="hours-title">
      <h2 id="hours-title">{t("desk.hours")}</h2>
      {booking.isPending && <Loading />}
      {booking.isError && <ErrorView error={booking.error} onRetry={() => void booking.refetch()} />}
      {booking.data &&
        (edited ? (
          <RulesForm service={service} rules={edited} canStop={rules !== null} onClose={() => setEdited(null)} />
        ) : (
          <>
            {rules ? <RulesText rules={rules} /> : <p>{t("desk.notBookable")}</p>}
            <div className="row">
              <Button onPress={() => setEdited(rules ?? NEW)}>{t(rules ? "desk.change" : "desk.offer")}</Button>
            </div>
          </>
        ))}
    </section>
  );
}

function RulesText({ rules }: { rules: BookingRules }) {
  const t = useTexts("slots");
  const day = (n: number) => t(`desk.day.d${n as 1}`);
  return (
    <>
      <ul>
        {rules.hours.map((window, n) => (
          <li key={n}>
            {t("desk.hoursLine", {
              days: window.days.map(day).join(", "),
              from: window.from.slice(0, 5),
              until: window.until.slice(0, 5),
            })}
          </li>
        ))}
      </ul>
      <p>
        {t("desk.rulesLine", {
          slot: rules.slot_minutes,
          before: rules.before_minutes,
          after: rules.after_minutes,
          perDay: rules.per_day,
        })}
        ; {t("desk.horizonLine", { lead: rules.lead_minutes, days: rules.horizon_days })}.
      </p>
      <p className="muted">{rules.levels.map((level) => t(`common:duty.${level}`)).join(", ")}</p>
    </>
  );
}

interface FormProps {
  service: Service;
  rules: BookingRules;
  canStop: boolean;
  onClose: () => void;
}

/** The first window is edited here; further ones stay as they are. */
function RulesForm({ service, rules, canStop, onClose }: FormProps) {
  const t = useTexts("slots");
  const client = useQueryClient();
  const [first = NEW.hours[0], ...others] = rules.hours;
  const [window, setWindow] = useState(first);
  const [levels, setLevels] = useState(rules.levels);
  const [numbers, setNumbers] = useState(() => Object.fromEntries(NUMBERS.map((name) => [name, String(rules[FIELD[name]])])));
  const [pending, setPending] = useState<"save" | "stop" | null>(null);
  const [error, setError] = useState<unknown>(null);
  if (!window) return null;
  const put = async (which: "save" | "stop") => {
    setPending(which);
    setError(null);
    try {
      const whole = (name: NumberName) => Number.parseInt(numbers[name] ?? "", 10) || 0;
      const changed: BookingRules = {
        hours: [window, ...others],
        levels,
        slot_minutes: whole("slot"),
        before_minutes: whole("before"),
        after_minutes: whole("after"),
        lead_minutes: whole("lead"),
        horizon_days: whole("horizon"),
        per_day: whole("perDay"),
      };
      await slotsApi.putRules(service.id, { rules: which === "save" ? changed : null });
      await client.invalidateQueries({ queryKey: ["slots", service.id] });
      onClose();
    } catch (failure) {
      setError(failure);
      setPending(null);
    }
  };
  const clock = (text: string) => (/^\d\d:\d\d$/.test(text) ? `${text}:00` : text);
  return (
    <div className="stack">
      {error !== null && <ErrorView error={error} />}
      <Checks<(typeof DAYS)[number]>
        label={t("desk.days")}
        isShort
        options={DAYS.map((value) => ({ value, label: t(`desk.day.d${value}`) }))}
        value={DAYS.filter((day) => window.days.includes(Number(day)))}
        onChange={(days) => setWindow({ ...window, days: days.map(Number) })}
      />
      <div className="rules-grid">
        <Field label={t("desk.from")} value={window.from.slice(0, 5)} onChange={(from) => setWindow({ ...window, from: clock(from) })} />
        <Field label={t("desk.until")} value={window.until.slice(0, 5)} onChange={(until) => setWindow({ ...window, until: clock(until) })} />
        {NUMBERS.map((name) => (
          <Field
            key={name}
            label={t(`desk.${name}`)}
            value={numbers[name] ?? ""}
            onChange={(value) => setNumbers({ ...numbers, [name]: value })}
          />
        ))}
      </div>
      <Checks<DutyLevel>
        label={t("desk.levels")}
        isShort
        options={LEVELS.map((value) => ({ value, label: t(`common:duty.${value}`) }))}
        value={levels}
        onChange={setLevels}
      />
      <div className="row">
        <Button variant="primary" isPending={pending === "save"} onPress={() => void put("save")}>
          {t("desk.save")}
        </Button>
        <Button onPress={onClose}>{t("common:cancel")}</Button>
        {canStop && (
          <Button variant="danger" isPending={pending === "stop"} onPress={() => void put("stop")}>
            {t("desk.stop")}
          </Button>
        )}
      </div>
    </div>
  );
}
