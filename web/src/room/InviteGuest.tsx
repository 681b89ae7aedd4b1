import { useRef, useState, type FormEvent } from "react";
import { api } from "../api/client";
import { newId } from "../api/ids";
import type { ConsultId, GuestId, GuestLink, GuestPart } from "../api/types";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { Button, Choice, Dialog, ErrorView, Field } from "../ui";
import { LinkShare } from "./LinkShare";

const PARTS: readonly GuestPart[] = ["interpreter", "second_opinion", "relative", "other"];
const MAX_NAME = 100;

/** Somebody without an account: the host writes the name that all will read, and passes the link on. */
export function InviteGuest({ consult, onClose }: { consult: ConsultId; onClose(): void }) {
  const t = useTexts("room");
  const work = useAct(consult);
  const last = useRef<{ id: GuestId; words: string }>(undefined);
  const [name, setName] = useState("");
  const [part, setPart] = useState<GuestPart | null>(null);
  const [tried, setTried] = useState(false);
  const [link, setLink] = useState<GuestLink>();
  const invite = (event?: FormEvent) => {
    event?.preventDefault();
    setTried(true);
    if (name.trim() === "" || part === null) return;
    // Sent again after a lost answer it is the same guest, corrected it is another one.
    const guest = { name: name.trim(), part };
    const words = JSON.stringify(guest);
    if (last.current?.words !== words) last.current = { id: newId(), words };
    const { id } = last.current;
    void work.run("invite_guest", async () => {
      setLink(await api.inviteGuest(consult, { id, ...guest }));
      return undefined;
    });
  };
  if (link) {
    return (
      <Dialog
        title={t("invite.ready", { name: name.trim() })}
        isOpen
        onClose={onClose}
        actions={<Button onPress={onClose}>{t("common:close")}</Button>}
      >
        <p>{t("invite.passOn")}</p>
        <LinkShare path={link.path} expiresAt={link.expires_at} qrLabel={t("invite.qr", { name: name.trim() })} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t("invite.title")}
      isOpen
      onClose={onClose}
      actions={
        <Button variant="primary" isPending={work.pending !== null} onPress={() => invite()} data-testid="invite-send">
          {t("invite.make")}
        </Button>
      }
    >
      <form className="stack" onSubmit={invite} noValidate>
        <p className="muted">{t("invite.about")}</p>
        <Field
          label={t("invite.name")}
          description={t("invite.nameHint")}
          value={name}
          onChange={setName}
          maxLength={MAX_NAME}
          error={tried && name.trim() === "" ? t("invite.nameMissing") : null}
          autoFocus
        />
        <Choice<GuestPart>
          label={t("invite.part")}
          look="pills"
          value={part}
          onChange={setPart}
          error={tried && part === null ? t("invite.partMissing") : null}
          options={PARTS.map((value) => ({ value, label: t(`consult:room.guestPart.${value}`) }))}
        />
        {work.error !== null && <ErrorView error={work.error} />}
      </form>
    </Dialog>
  );
}
