import type { AnchorHTMLAttributes, ReactNode } from "react";
import { Button as AriaButton, ProgressBar, type ButtonProps as AriaButtonProps } from "react-aria-components";
import { useTexts } from "../i18n";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger" | "ok";
/** `normal` is 44 px high (WCAG 2.5.5), `large` 56 px, `huge` 76 px for one thumb in the dark. */
export type ButtonSize = "normal" | "large" | "huge";

interface Look {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** As wide as what holds it. */
  block?: boolean;
}

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "children">, Look {
  children: ReactNode;
  className?: string;
}

function classes({ variant = "secondary", size = "normal", block = false }: Look, extra = ""): string {
  return `button button-${variant} button-${size}${block ? " button-block" : ""}${extra ? ` ${extra}` : ""}`;
}

/** A button; `isPending` shows that its work goes on and swallows further presses. */
export function Button({ variant, size, block, className, children, ...rest }: ButtonProps) {
  const t = useTexts("common");
  return (
    <AriaButton {...rest} className={classes({ variant, size, block } as Look, className)}>
      {({ isPending }) => (
        <>
          {isPending && <ProgressBar isIndeterminate aria-label={t("loading")} className="spinner" />}
          {children}
        </>
      )}
    </AriaButton>
  );
}

/** A link that looks like a button: it goes somewhere, so that it can be opened in a new tab. */
export function LinkButton({
  variant,
  size,
  block,
  className,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & Look) {
  return <a {...rest} className={classes({ variant, size, block } as Look, className)} />;
}
