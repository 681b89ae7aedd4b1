import { useState } from "react";
import { useTexts } from "../i18n";
import { Button, Instant } from "../ui";
import { QrCode } from "./QrCode";

/** A link that works once: to copy, to scan, with its end. It is shown once; whoever loses it makes a new one. */
export function LinkShare({ path, expiresAt, qrLabel }: { path: string; expiresAt: number; qrLabel: string }) {
  const t = useTexts("room");
  const [copied, setCopied] = useState<"yes" | "no">();
  const link = new URL(path, location.origin).href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied("yes");
    } catch {
      setCopied("no");
    }
  };
  return (
    <div className="link-share">
      <QrCode text={link} label={qrLabel} />
      <div className="stack">
        <label className="field">
          <span className="field-label">{t("link.label")}</span>
          <input
            className="input"
            readOnly
            value={link}
            data-testid="link"
            onFocus={(event) => event.target.select()}
          />
        </label>
        <Button variant="primary" onPress={() => void copy()} data-testid="copy-link">
          {t("link.copy")}
        </Button>
        <p role="status">{copied && t(`link.copied.${copied}`)}</p>
        <p className="muted">
          {t("link.once")} {t("link.until")} <Instant at={expiresAt} />.
        </p>
      </div>
    </div>
  );
}
