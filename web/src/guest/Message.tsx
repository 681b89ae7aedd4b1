import type { ReactNode } from "react";
import { useTexts } from "../i18n";
import { LanguageSwitch } from "../ui";

/** A page with one sentence: what happened, and what helps. */
export function Message({
  text,
  testId,
  reason,
  children,
}: {
  text: string;
  testId: string;
  reason?: string;
  children?: ReactNode;
}) {
  return (
    <main className="room-message guest-message" data-testid={testId} data-reason={reason}>
      <div className="guest-language">
        <LanguageSwitch />
      </div>
      <h1 role="status">{text}</h1>
      <div className="room-message-actions">{children}</div>
    </main>
  );
}

/** Before the invitation is opened: opening uses it up, so it takes a press. */
export function Welcome({ children }: { children: ReactNode }) {
  const t = useTexts("guest");
  return (
    <main className="room-message guest-message" data-testid="guest-welcome">
      <div className="guest-language">
        <LanguageSwitch />
      </div>
      <h1>{t("title")}</h1>
      <p>{t("invited")}</p>
      <p className="muted">{t("once")}</p>
      <div className="room-message-actions">{children}</div>
    </main>
  );
}
