import { useState, type ReactNode } from "react";
import { Dialog as AriaDialog, DialogTrigger, Popover } from "react-aria-components";
import { api } from "../api/client";
import type { Me } from "../api/types";
import { setLanguage, useLanguage, useTexts } from "../i18n";
import { Button } from "./Button";
import { Choice } from "./Field";
import { ConnectionBanner, useErrorText } from "./Feedback";
import { getTheme, setTheme, type Theme } from "./theme";

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

export function ThemeToggle() {
  const t = useTexts("common");
  const [theme, choose] = useState<Theme>(getTheme);
  return (
    <Choice<Theme>
      label={t("theme")}
      look="pills"
      value={theme}
      onChange={(next) => {
        choose(next);
        setTheme(next);
      }}
      options={[
        { value: "auto", label: t("themeAuto") },
        { value: "light", label: t("themeLight") },
        { value: "dark", label: t("themeDark") },
      ]}
    />
  );
}

function SettingsMenu({ me }: { me: Me }) {
  const t = useTexts("common");
  const errorText = useErrorText();
  const [failure, setFailure] = useState<string | null>(null);
  const signOut = async () => {
    try {
      await api.signOut();
      location.assign("/login");
    } catch (error) {
      setFailure(errorText(error));
    }
  };
  return (
    <DialogTrigger>
      <Button variant="quiet" aria-label={t("menu")} className="menu-button">
        <span aria-hidden="true">☰</span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <AriaDialog className="popover-body" aria-label={t("menu")}>
          <p className="menu-person">
            <strong>{me.person.name}</strong>
            <br />
            {me.person.hospital}
          </p>
          <ThemeToggle />
          <Button block onPress={() => void signOut()}>
            {t("signOut")}
          </Button>
          {failure !== null && <p className="field-error">{failure}</p>}
        </AriaDialog>
      </Popover>
    </DialogTrigger>
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
