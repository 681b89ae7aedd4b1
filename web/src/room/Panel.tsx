import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTexts } from "../i18n";
import { Button } from "../ui";

interface Props {
  title: string;
  testId: string;
  className?: string;
  onClose(): void;
  children: ReactNode;
}

/**
 * A part beside the stage (over it on a phone). It takes the focus when it opens, closes with Escape, and gives the
 * focus back; the stage stays in reach, because one writes and looks at the same time.
 */
export function Panel({ title, testId, className = "", onClose, children }: Props) {
  const t = useTexts("room");
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside
      className={`panel ${className}`}
      aria-labelledby={id}
      data-testid={testId}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className="panel-head">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <Button variant="quiet" aria-label={t("common:close")} onPress={onClose}>
          <span aria-hidden="true">×</span>
        </Button>
      </header>
      {children}
    </aside>
  );
}
