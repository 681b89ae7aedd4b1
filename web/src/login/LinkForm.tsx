import { useState } from "react";
import { api } from "../api/client";
import { asApiError } from "../api/problem";
import { useTexts } from "../i18n";
import { Button, ErrorView } from "../ui";

/**
 * Signs in by a link's token. It waits for a press: a mail scanner opens the page, and some run its scripts, but the link
 * must still work when its owner comes.
 */
export function LinkForm({ token, onUsed }: { token: string; onUsed: () => void }) {
  const t = useTexts("login");
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const signIn = async () => {
    setPending(true);
    setError(null);
    try {
      location.assign((await api.redeemLink({ token })).home);
    } catch (failure) {
      if (asApiError(failure)?.code === "link_used") return onUsed();
      setError(failure);
      setPending(false);
    }
  };

  return (
    <div className="stack">
      <p>{t("byLink")}</p>
      {error !== null && <ErrorView error={error} />}
      <Button variant="primary" size="large" block isPending={isPending} onClick={() => void signIn()}>
        {t("signIn")}
      </Button>
    </div>
  );
}
