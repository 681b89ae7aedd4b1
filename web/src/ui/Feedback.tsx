import type { TFunction } from "i18next";
import { Component, useEffect, useState, type ReactNode } from "react";
import { lastContact } from "../api/contact";
import { events, useStreamStatus } from "../api/events";
import { asApiError } from "../api/problem";
import { translate, useTexts } from "../i18n";
import { formatElapsed } from "../state/time";
import { Button } from "./Button";
import { useNow } from "./useNow";

export type Tone = "info" | "warn" | "danger" | "ok";

export interface BannerProps {
  tone: Tone;
  children: ReactNode;
  title?: ReactNode;
  actions?: ReactNode;
  /** `alert` is read out at once; use it for what needs acting now. */
  role?: "status" | "alert" | "note";
}

/** A message in the page. Its tone is said by its words as well, never by colour alone. */
export function Banner({ tone, title, children, actions, role = "status" }: BannerProps) {
  return (
    <div className={`banner banner-${tone}`} role={role}>
      <div className="banner-text">
        {title !== undefined && <strong className="banner-title">{title}</strong>}
        <div>{children}</div>
      </div>
      {actions !== undefined && <div className="banner-actions">{actions}</div>}
    </div>
  );
}

/** The sentence for an error of any sort, in the reader's language. */
export function useErrorText(): (error: unknown) => string {
  const t = useTexts("problem");
  return (error) => {
    const failure = asApiError(error);
    if (failure === null) return t("unknown");
    const base = t(failure.code);
    if (failure.code === "too_many_requests" && failure.retryAfter !== null) {
      return `${base} ${t("common:retryAfter", { count: Math.max(1, Math.ceil(failure.retryAfter / 60)) })}`;
    }
    const field = failure.code === "invalid_field" ? fieldLabel(failure.detail, t) : null;
    const more = failure.takenBy ?? field;
    return more === null ? base : `${base} (${more})`;
  };
}

export interface ErrorViewProps {
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/**
 * The name of the field in `field: why` or `field.part: why`, as the forms have it; `null` for one that no form shows.
 */
function fieldLabel(detail: string | null, t: TFunction): string | null {
  const name = /^(\w+)(\.\w+)*:/.exec(detail ?? "")?.[1];
  if (name === undefined) return null;
  const label = t([`common:field.${name}`, `common:answer.${name}`], { defaultValue: "" });
  return label === "" ? null : label;
}

/** What went wrong, what helps, and a telephone number where the server knows one. */
export function ErrorView({ error, onRetry }: ErrorViewProps) {
  const t = useTexts("common");
  const text = useErrorText();
  const failure = asApiError(error);
  return (
    <Banner
      tone="danger"
      role="alert"
      actions={
        <>
          {failure?.phone && <PhoneLink number={failure.phone} />}
          {onRetry && <Button onPress={onRetry}>{t("retry")}</Button>}
        </>
      }
    >
      {text(error)}
    </Banner>
  );
}

/** A number that a phone dials. */
export function PhoneLink({ number, label, large = false }: { number: string; label?: string; large?: boolean }) {
  const t = useTexts("common");
  return (
    <a className={`phone${large ? " phone-large" : ""}`} href={`tel:${number.replace(/[^+\d]/g, "")}`}>
      <span aria-hidden="true" className="phone-icon">
        ☎
      </span>
      <span>
        {label !== undefined && <span className="phone-label">{label}</span>}
        <span className="phone-number">{number}</span>
        <span className="visually-hidden"> {t("call")}</span>
      </span>
    </a>
  );
}

export function Loading({ label }: { label?: string }) {
  const t = useTexts("common");
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {label ?? t("loading")}
    </div>
  );
}

export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children !== undefined && <div className="empty-text">{children}</div>}
      {action}
    </div>
  );
}

/** Loss below this is not worth a word. More hides a dead line; less flickers at every server restart. */
const LOST_GRACE_MS = 1500;

/** Says that live events do not arrive; stands above everything else. */
export function ConnectionBanner() {
  const t = useTexts("common");
  const status = useStreamStatus();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (status !== "lost") {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), LOST_GRACE_MS);
    return () => clearTimeout(timer);
  }, [status]);
  if (!shown) return null;
  return (
    <div className="connection" role="alert">
      <span className="spinner" aria-hidden="true" />
      <span>
        <strong>{t("streamLost")}</strong> {t("streamLostHint")} <LastContact />
      </span>
      <Button variant="quiet" onPress={() => events.retryNow()}>
        {t("tryNow")}
      </Button>
    </div>
  );
}

/** How long ago the server was last heard of. */
function LastContact() {
  const t = useTexts("common");
  useNow();
  const at = lastContact();
  if (at === null) return null;
  const ago = Math.max(0, Date.now() - at);
  return (
    // Not read out every second: the banner is an alert.
    <span className="clock" aria-live="off" data-testid="last-contact">
      {t("lastContact", { time: ago < 60_000 ? `${Math.floor(ago / 1000)} s` : formatElapsed(ago) })}
    </span>
  );
}

/** Last resort for a bug of the page: says that nothing is lost and offers to reload. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="crash">
        <h1>{translate("common:crashTitle")}</h1>
        <p>{translate("common:crashBody")}</p>
        <Button variant="primary" size="large" onPress={() => location.reload()}>
          {translate("common:reload")}
        </Button>
      </main>
    );
  }
}
