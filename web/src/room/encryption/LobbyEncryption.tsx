import type { ReactNode } from "react";
import type { Encryption as Mode } from "../../api/types";
import type { EncryptionGap } from "../../e2ee/encryption/support";
import { useTexts } from "../../i18n";
import { Banner } from "../../ui";
import { isBlocked } from "./blocked";
import { LiftedBand } from "./EncryptionNotes";

interface Props {
  mode: Mode;
  gaps: readonly EncryptionGap[];
  /** Who can help, and the action for those who may. */
  help: ReactNode;
}

/** Before the room: that it is not encrypted, or why this browser cannot come in and what helps. */
export function LobbyEncryption({ mode, gaps, help }: Props) {
  const t = useTexts("room");
  if (mode.type === "lifted") return <LiftedBand mode={mode} />;
  if (!isBlocked(mode, gaps)) return null;
  return (
    <div data-testid="cannot-encrypt" data-gaps={gaps.join(" ")}>
      <Banner tone="warn" role="alert" title={t("encryption.lobby.blocked")}>
        <div className="stack">
          <ul className="encryption-list">
            {gaps.map((gap) => (
              <li key={gap}>{t(`encryption.lobby.gap.${gap}`)}</li>
            ))}
          </ul>
          <p>{t("encryption.lobby.browsers")}</p>
          {help}
        </div>
      </Banner>
    </div>
  );
}
