import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "../api/query";
import { localeOf, useLanguage } from "../i18n";
import "./tokens.css";
import "./base.css";
import "./button.css";
import "./field.css";
import "./badges.css";
import "./feedback.css";
import "./dialog.css";
import { ErrorBoundary } from "./Feedback";
import { applyTheme, getTheme } from "./theme";

function Localised({ children }: { children: ReactNode }) {
  return <I18nProvider locale={localeOf(useLanguage())}>{children}</I18nProvider>;
}

/** Renders a page into `#root` with everything that pages share. */
export function mount(page: ReactNode): void {
  applyTheme(getTheme());
  const root = document.getElementById("root");
  if (root === null) throw new Error("the page has no #root");
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={createQueryClient()}>
        <Localised>
          <ErrorBoundary>{page}</ErrorBoundary>
        </Localised>
      </QueryClientProvider>
    </StrictMode>,
  );
}
