import { useEffect, useState } from "react";
import { api } from "../api/client";
import type { ConsultId, PhoneLink } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Dialog, ErrorView, Loading } from "../ui";
import { LinkShare } from "./LinkShare";

/** The same person, the same seat, from their own telephone: when the ward's PC has no camera or gives up. */
export function PhoneDialog({ consult, onClose }: { consult: ConsultId; onClose(): void }) {
  const t = useTexts("room");
  const [link, setLink] = useState<PhoneLink>();
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isOver = false;
    setError(null);
    api.phoneLink(consult).then(
      (made) => !isOver && setLink(made),
      (failure: unknown) => !isOver && setError(failure),
    );
    return () => {
      isOver = true;
    };
  }, [consult, turn]);
  return (
    <Dialog
      title={t("phone.title")}
      isOpen
      onClose={onClose}
      actions={<Button onPress={onClose}>{t("common:close")}</Button>}
    >
      <p>{t("phone.about")}</p>
      {error !== null && <ErrorView error={error} onRetry={() => setTurn(turn + 1)} />}
      {!link && error === null && <Loading />}
      {link && <LinkShare path={link.path} expiresAt={link.expires_at} qrLabel={t("phone.qr")} />}
    </Dialog>
  );
}
