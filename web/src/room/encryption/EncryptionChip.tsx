import type { Encryption as Mode } from "../../api/types";
import type { Encryption } from "../../e2ee/encryption";
import { useTexts } from "../../i18n";
import { Lock } from "./Lock";
import { markOf } from "./marks";
import { useEncryption, useStateText } from "./useEncryption";

interface Props {
  encryption: Encryption;
  mode: Mode | undefined;
  you: string;
  isOpen: boolean;
  onOpen(): void;
}

/** Whether anybody else can read along, always in sight; the panel with the words is behind it. */
export function EncryptionChip({ encryption, mode, you, isOpen, onOpen }: Props) {
  const t = useTexts("room");
  const state = useEncryption(encryption);
  const text = useStateText(state, mode);
  const mark = markOf(encryption, you);
  // Others may send in the open by now.
  const look = state.isLiftOffered ? "offered" : mark && mark !== "checked" ? mark : state.status;
  const marked = mark ? `${text}, ${t(`encryption.mark.${mark}`)}` : text;
  return (
    <>
      <p className="visually-hidden" role="status">
        {marked}
      </p>
      <button
        type="button"
        className={`encryption-chip encryption-${look}`}
        aria-expanded={isOpen}
        title={marked}
        data-testid="encryption"
        data-status={state.status}
        data-epoch={state.epoch}
        onClick={onOpen}
      >
        <Lock isOpen={state.status === "lifted"} />
        <span className="encryption-long">{text}</span>
        <span className="encryption-short">{t(`encryption.short.${state.status}`)}</span>
        {mark && <span className="encryption-mark">{t(`encryption.mark.${mark}`)}</span>}
        <span className="visually-hidden">, {t("encryption.details")}</span>
      </button>
    </>
  );
}
