import { useState } from "react";
import type { ConsultDetail, Me } from "../api/types";
import type { EncryptionGap } from "../e2ee/encryption/support";
import { useTexts } from "../i18n";
import type { AskTicket } from "../rtc/connection";
import { Button, LinkButton, PhoneLink, StateBadge, UrgencyBadge } from "../ui";
import { DeviceLobby } from "./DeviceLobby";
import { LiftEncryption } from "./encryption/LiftEncryption";
import { phonesOfOther } from "./people";
import { PhoneDialog } from "./PhoneDialog";
import type { RoomSession } from "./roomSession";

interface Props {
  detail: ConsultDetail;
  me: Me;
  ticket: AskTicket;
  gaps: readonly EncryptionGap[];
  onJoin(session: RoomSession): void;
}

/** Before the room: which consult, who is there, and the devices. */
export function Lobby({ detail, me, ticket, gaps, onJoin }: Props) {
  const t = useTexts("room");
  const { summary, actions } = detail;
  const canJoin = actions.includes("join");
  const others = summary.in_room.filter((person) => person.id !== me.person.id);
  const phones = phonesOfOther(summary, me.person, detail.fields?.callback_phone);
  const [isMoving, setMoving] = useState(false);
  // Whoever is on the telephone already needs no way there.
  const isWhole = me.only_consult === undefined || me.only_consult === null;
  const canMove = canJoin && isWhole;
  return (
    <DeviceLobby
      consult={summary.id}
      of="member"
      ticket={ticket}
      gaps={gaps}
      mode={detail.encryption}
      encryptionHelp={
        actions.includes("lift_encryption") ? (
          <LiftEncryption consult={summary.id} />
        ) : (
          <p>{t("encryption.lobby.askTeam")}</p>
        )
      }
      heading={
        <>
          {t("lobby.title")} <span className="lobby-label">{summary.label}</span>
        </>
      }
      about={
        <>
          <UrgencyBadge urgency={summary.urgency} /> <StateBadge state={summary.state} /> {summary.service.name} ·{" "}
          {summary.hospital.name}
        </>
      }
      news={
        <>
          <p className="lobby-people" role="status">
            {others.length === 0
              ? t("lobby.waiting")
              : t("lobby.inRoom", { names: others.map((person) => person.name).join(", ") })}
          </p>
          {!canJoin && (
            <p className="lobby-closed">
              {summary.state === "closed" || summary.state === "cancelled" ? t("lobby.over") : t("lobby.notYet")}
            </p>
          )}
        </>
      }
      canJoin={canJoin}
      hasCheck={isWhole}
      onJoin={onJoin}
      foot={
        <div className="lobby-foot">
          {canMove && (
            <Button onPress={() => setMoving(true)} data-testid="lobby-phone">
              {t("phone.join")}
            </Button>
          )}
          {isMoving && <PhoneDialog consult={summary.id} onClose={() => setMoving(false)} />}
          {phones.slice(0, 2).map((phone) => (
            <PhoneLink key={phone.number} number={phone.number} label={t("phoneOf", { name: phone.name })} />
          ))}
          <LinkButton variant="quiet" href={me.home}>
            {t("toOverview")}
          </LinkButton>
        </div>
      }
    />
  );
}
