import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Encryption as Mode } from "../../api/types";
import type { Encryption } from "../../e2ee/encryption";
import { useTexts } from "../../i18n";
import { Banner, Button } from "../../ui";
import { Panel } from "../Panel";
import { Lock } from "./Lock";
import type { Difference } from "./marks";
import { useEncryption, useStateText, useWords } from "./useEncryption";
import { Words } from "./Words";

interface Props {
  encryption: Encryption;
  mode: Mode | undefined;
  /** The person of this page. */
  you: string;
  isGuest: boolean;
  difference: Difference;
  /** Telephone numbers of the other side. */
  phones?: ReactNode;
  /** Opens the room without encryption, for those who may. */
  lift?: ReactNode;
  onLeave(): void;
  onClose(): void;
}

/** Who can read along, the words to compare, and what to do when they differ. */
export function EncryptionPanel(props: Props) {
  const { encryption, mode, you, isGuest, difference, phones, lift, onLeave, onClose } = props;
  const t = useTexts("room");
  const state = useEncryption(encryption);
  const text = useStateText(state, mode);
  const { status, members, generation, epoch, fault, differs } = state;
  const ghosts = new Set(difference.ghosts.map(({ leaf }) => leaf));
  return (
    <Panel title={t("encryption.title")} testId="encryption-panel" className="encryption-panel" onClose={onClose}>
      <p className={`encryption-state encryption-${status}`}>
        <Lock isOpen={status === "lifted"} /> <strong>{text}</strong>
      </p>
      <p>{t(`encryption.about.${status}`)}</p>
      {status === "sealed" && (
        <Comparison
          // That the words of one epoch agree says nothing of another's.
          key={`${generation}/${epoch}`}
          encryption={encryption}
          isAlone={members.every(({ attestation }) => attestation.person === you)}
          differs={differs}
          onLeave={onLeave}
          advice={isGuest ? t("encryption.words.differsGuest") : t("encryption.words.differsTodo")}
          phones={phones}
        />
      )}
      {status !== "lifted" && members.length > 0 && (
        <>
          <h3>{t("encryption.members.title")}</h3>
          <ul className="encryption-members" data-testid="encryption-members">
            {members.map(({ leaf, attestation: { person, name, hospital, role } }) => {
              const standing = person === you ? undefined : encryption.standing(person);
              return (
                <li key={leaf} data-standing={standing} data-ghost={ghosts.has(leaf)}>
                  <strong>{name}</strong>
                  <p>{[hospital, t(`encryption.members.role.${role}`)].filter(Boolean).join(" · ")}</p>
                  <p className={`standing-${(standing && differs ? "differs" : standing) ?? "own"}`}>
                    {!standing
                      ? t("encryption.members.you")
                      : t(differs ? "encryption.mark.differs" : `encryption.members.standing.${standing}`)}
                  </p>
                  {ghosts.has(leaf) && <p className="standing-ghost">{t("encryption.members.ghost")}</p>}
                </li>
              );
            })}
          </ul>
          {difference.keyless.length > 0 && (
            <>
              <h3>{t("encryption.keyless.title")}</h3>
              <p>{t("encryption.keyless.about")}</p>
              <ul className="encryption-members" data-testid="encryption-keyless">
                {difference.keyless.map(({ id, person }) => (
                  <li key={id}>
                    <strong>{person.name}</strong>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
      {status !== "lifted" && lift}
      <details className="encryption-technical">
        <summary>{t("encryption.technical.title")}</summary>
        <p>{t("encryption.technical.group", { generation, epoch, fault: fault ?? t("encryption.technical.none") })}</p>
      </details>
    </Panel>
  );
}

interface ComparisonProps {
  encryption: Encryption;
  isAlone: boolean;
  differs: boolean;
  advice: string;
  phones: ReactNode;
  onLeave(): void;
}

function Comparison({ encryption, isAlone, differs, advice, phones, onLeave }: ComparisonProps) {
  const t = useTexts("room");
  const places = useWords(encryption);
  const [agrees, setAgrees] = useState(false);
  const agree = () => {
    encryption.confirm();
    setAgrees(true);
  };
  const differ = () => {
    encryption.distrust();
    setAgrees(false);
  };
  const outcome = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (agrees || differs) outcome.current?.scrollIntoView({ block: "nearest" });
  }, [agrees, differs]);
  return (
    <section className="stack">
      <h3>{t("encryption.words.title")}</h3>
      <p>{isAlone ? t("encryption.words.alone") : t("encryption.words.about")}</p>
      <Words places={places} />
      {!isAlone && (
        <div className="words-verdict">
          <Button variant="ok" isDisabled={!places} onPress={agree} data-testid="words-agree">
            {t("encryption.words.agree")}
          </Button>
          <Button isDisabled={!places} onPress={differ} data-testid="words-differ">
            {t("encryption.words.differ")}
          </Button>
        </div>
      )}
      <div ref={outcome}>
        {agrees && (
          <Banner tone="ok">
            <span data-testid="words-agreed">{t("encryption.words.agreed")}</span>
          </Banner>
        )}
        {differs && (
          <Banner
            tone="danger"
            role="alert"
            title={t("encryption.words.differs")}
            actions={
              <>
                <Button variant="danger" onPress={onLeave} data-testid="words-leave">
                  {t("leave")}
                </Button>
                {phones}
              </>
            }
          >
            {advice}
          </Banner>
        )}
      </div>
    </section>
  );
}
