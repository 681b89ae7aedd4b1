import type { ReactNode } from "react";
import type { Me } from "../api/types";
import { setLanguage, useLanguage, useTexts } from "../i18n";
import { Button } from "./Button";
import { ConnectionBanner } from "./Feedback";
import { SettingsMenu } from "./SettingsMenu";

/** Switches to the other language; its name is in that language. */
export function LanguageSwitch() {
  const language = useLanguage();
  const other = language === "de" ? "en" : "de";
  return (
    <Button
      variant="quiet"
      className="language"
      aria-label={other === "en" ? "EN – English" : "DE – Deutsch"}
      onPress={() => setLanguage(other)}
    >
      <span lang={other}>{other.toUpperCase()}</span>
    </Button>
  );
}

export interface ShellProps {
  title: string;
  me?: Me | undefined;
  /** Beside the title, for instance an alarm or the duty state. */
  status?: ReactNode;
  children: ReactNode;
  /** `wide` for boards, `narrow` for forms. */
  width?: "narrow" | "wide";
}

/** Head with product, page, person and settings; the connection banner; the page itself. */
export function Shell({ title, me, status, children, width = "narrow" }: ShellProps) {
  const t = useTexts("common");
  return (
    <div className="shell">
      <a
        className="skip"
        href="#content"
        onClick={(event) => {
          // The part behind `#` is the app's route: it must not change.
          event.preventDefault();
          document.getElementById("content")?.focus();
        }}
      >
        {t("skipToContent")}
      </a>
      <header className="head">
        <div className="head-name">
          <span className="head-product">{t("product")}</span>
          <span className="head-title">{title}</span>
        </div>
        <div className="head-status">{status}</div>
        {me && (
          <div className="head-person">
            <span>{me.person.name}</span>
            <span className="head-hospital">{me.person.hospital}</span>
          </div>
        )}
        <LanguageSwitch />
        {me && <SettingsMenu me={me} />}
      </header>
      {me && <ConnectionBanner />}
      <main id="content" className={`content content-${width}`} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
