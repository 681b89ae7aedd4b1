import { useRef, useState } from "react";
import { adminApi } from "../api/admin";
import type { AdminPerson, SignInLink } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, Button, Check, Dialog, ErrorView, Instant } from "../ui";

/** Makes a link that signs somebody in once. It is held by this dialog alone and gone with it. */
export function LinkDialog({ person, onClose }: { person: AdminPerson; onClose: () => void }) {
  const t = useTexts("admin");
  const [link, setLink] = useState<SignInLink | null>(null);
  const [isForgotten, setForgotten] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const create = async () => {
    setPending(true);
    setError(null);
    try {
      setLink(await adminApi.signInLink(person.id, isForgotten));
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };
  return (
    <Dialog
      title={t("link.title", { name: person.name })}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button variant={link === null ? "primary" : "secondary"} isPending={isPending} onPress={() => void create()}>
            {link === null ? t("link.create") : t("link.again")}
          </Button>
          {link !== null && (
            <Button variant="primary" onPress={onClose}>
              {t("link.done")}
            </Button>
          )}
        </>
      }
    >
      <p>{t(person.has_password ? "link.intro" : "link.introFirst")}</p>
      {person.has_password && (
        <>
          <Check label={t("link.forgotten")} isSelected={isForgotten} onChange={setForgotten} />
          <p className="muted small">{t("link.forgottenHint")}</p>
        </>
      )}
      {error !== null && <ErrorView error={error} />}
      {link !== null && <ShownLink key={link.path} link={link} />}
    </Dialog>
  );
}

function ShownLink({ link }: { link: SignInLink }) {
  const t = useTexts("admin");
  const input = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<"copied" | "copyFailed" | null>(null);
  const url = `${location.origin}${link.path}`;
  const copy = async () => {
    input.current?.select();
    try {
      await navigator.clipboard.writeText(url);
      setCopied("copied");
    } catch {
      // Browsers without a secure context have no clipboard: the text is selected already.
      setCopied("copyFailed");
    }
  };
  return (
    <div className="stack" role="status">
      <Banner tone="warn" role="note">
        {t("link.once")}
      </Banner>
      <label className="field">
        <span className="field-label">{t("link.label")}</span>
        <input ref={input} className="input link-text" readOnly value={url} onFocus={(event) => event.target.select()} />
      </label>
      <div className="row">
        <Button onPress={() => void copy()}>{t("link.copy")}</Button>
        {copied !== null && <span role="status">{t(`link.${copied}`)}</span>}
        <span className="muted">
          {t("link.until")} <Instant at={link.expires_at} />
        </span>
      </div>
    </div>
  );
}
