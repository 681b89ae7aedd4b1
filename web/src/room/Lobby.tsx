import type { ConsultDetail, Me } from "../api/types";
import { useTexts } from "../i18n";
import type { LocalMedia } from "../rtc/localMedia";
import { LinkButton, PhoneLink, StateBadge, UrgencyBadge } from "../ui";
import { DeviceLobby } from "./DeviceLobby";
import { counterpart } from "./people";

interface Props {
  detail: ConsultDetail;
  me: Me;
  onJoin(local: LocalMedia): void;
}

/** Before the room: which consult, who is there, and the devices. */
export function Lobby({ detail, me, onJoin }: Props) {
  const t = useTexts("room");
  const { summary, actions } = detail;
  const canJoin = actions.includes("join");
  const others = summary.in_room.filter((person) => person.id !== me.person.id);
  const other = counterpart(summary, me.person);
  return (
    <DeviceLobby
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
      onJoin={onJoin}
      foot={
        <div className="lobby-foot">
          {other?.phone && <PhoneLink number={other.phone} label={t("phoneOf", { name: other.name })} />}
          <LinkButton variant="quiet" href={me.home}>
            {t("toOverview")}
          </LinkButton>
        </div>
      }
    />
  );
}
