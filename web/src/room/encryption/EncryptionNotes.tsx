import type { Encryption as Mode } from "../../api/types";
import type { Encryption } from "../../e2ee/encryption";
import { useTexts } from "../../i18n";
import { Button } from "../../ui";
import { Lock } from "./Lock";
import type { Difference } from "./marks";
import { useEncryption, useLasting, useLifted, useMediaLost, useNewGroup } from "./useEncryption";

/**
 * How long keys may take until that is worth a word, in ms. More leaves people before tiles that say nothing new; less
 * alarms them about a slow line.
 */
const SLOW = 8000;
interface Props {
  encryption: Encryption;
  mode: Mode | undefined;
  difference: Difference;
  /** Media are through. */
  isLive: boolean;
  hasLeaked: boolean;
  onOpen(): void;
  onLeave(): void;
}

/** What happened to the encryption: said at once, and there until somebody has seen it. */
export function EncryptionNotes({ encryption, mode, difference, isLive, hasLeaked, onOpen, onLeave }: Props) {
  const t = useTexts("room");
  const state = useEncryption(encryption);
  const group = useNewGroup(state);
  const { ghosts } = difference;
  const isMediaLost = useMediaLost(state, isLive);
  const isSlow = useLasting(state.status === "required" && isLive, SLOW);
  const { status, announced, isAuthorityNew, isLiftOffered, members } = state;
  const lifted = useLifted(mode);
  const persons = new Set(announced.map(({ person }) => person));
  const names = members.filter(({ attestation }) => persons.has(attestation.person)).map(({ attestation }) => attestation.name);
  const actions = (onSeen: () => void) => (
    <span className="row">
      <Button onPress={onOpen} data-testid="encryption-compare">
        {t("encryption.news.compare")}
      </Button>
      <Button onPress={onSeen} data-testid="encryption-seen">
        {t("encryption.news.seen")}
      </Button>
    </span>
  );
  return (
    <>
      {hasLeaked && (
        <p className="note note-danger" role="alert" data-testid="encryption-leak">
          <strong>{t("encryption.news.leak")}</strong>
        </p>
      )}
      {status === "lifted" && <LiftedBand mode={mode} />}
      {status !== "lifted" && isLiftOffered && lifted && (
        <div className="note note-danger row spread" role="alert" data-testid="encryption-offered">
          <span>
            <strong>{t("encryption.offered.title", lifted)}</strong> {t("encryption.offered.about", lifted)}
          </span>
          <span className="row">
            <Button variant="danger" onPress={() => encryption.agreeToLift()} data-testid="encryption-agree">
              {t("encryption.offered.agree")}
            </Button>
            <Button onPress={onLeave}>{t("leave")}</Button>
          </span>
        </div>
      )}
      {status === "barred" && (
        <p className="note note-danger" role="alert" data-testid="encryption-barred">
          {t("encryption.news.barred")}
        </p>
      )}
      {isMediaLost && (
        <p className="note" role="alert" data-testid="encryption-media-lost">
          {t("encryption.news.mediaLost")}
        </p>
      )}
      {ghosts.length > 0 && (
        <p className="note note-danger" role="alert" data-testid="encryption-ghost">
          <strong>
            {t("encryption.news.ghost", {
              names: ghosts
                .map(({ attestation: { name, hospital, role } }) => {
                  const part = [hospital, t(`encryption.members.role.${role}`)].filter(Boolean).join(", ");
                  return `${name} (${part})`;
                })
                .join(", "),
            })}
          </strong>
        </p>
      )}
      {isSlow && (
        <p className="note" role="alert" data-testid="encryption-slow">
          {t("encryption.news.slow")}
        </p>
      )}
      {status !== "lifted" && names.length > 0 && (
        <div className="note note-danger row spread" role="alert" data-testid="encryption-changed">
          <span>{t("encryption.news.changed", { names: names.join(", ") })}</span>
          {actions(() => encryption.acknowledge())}
        </div>
      )}
      {status !== "lifted" && isAuthorityNew && (
        <div className="note note-danger row spread" role="alert" data-testid="encryption-authority">
          <span>{t("encryption.news.authority")}</span>
          {actions(() => encryption.acknowledge())}
        </div>
      )}
      {status === "sealed" && group.isNew && (
        <div className="note row spread" role="status" data-testid="encryption-new-group">
          <span>{t("encryption.news.group")}</span>
          {actions(group.seen)}
        </div>
      )}
    </>
  );
}

/** Stays as long as the room is open without encryption. */
export function LiftedBand({ mode }: { mode: Mode | undefined }) {
  const t = useTexts("room");
  const lifted = useLifted(mode);
  return (
    <p className="note note-danger lifted-band" role="alert" data-testid="encryption-lifted">
      <Lock isOpen />{" "}
      <span>
        <strong>{t("encryption.lifted.title")}.</strong> {lifted && t("encryption.lifted.by", lifted)}
      </span>
    </p>
  );
}
