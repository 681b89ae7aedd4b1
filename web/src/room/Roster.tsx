import type { ConsultDetail, Member } from "../api/types";
import { PeopleActions } from "../consult/PeopleActions";
import { useAct } from "../consult/useAct";
import { useTexts } from "../i18n";
import { Button, ErrorView, PhoneLink } from "../ui";
import { colorOf } from "./colors";
import { Panel } from "./Panel";
import { roleOf } from "./people";

interface Props {
  roster: readonly Member[];
  detail: ConsultDetail;
  you: number | undefined;
  onInvite(): void;
  onClose(): void;
}

/** Who is in the room and who could be: name, house, part, connection, telephone; guests can be sent away. */
export function Roster({ roster, detail, you, onInvite, onClose }: Props) {
  const t = useTexts("room");
  const work = useAct(detail.summary.id);
  const { summary, actions } = detail;
  const here = new Set(roster.map(({ person }) => person.id));
  const absent = summary.participants.filter(({ person }) => !here.has(person.id));
  const expected = detail.guests.filter(({ id, state }) => !here.has(id) && state !== "removed");
  const canRemove = actions.includes("remove_guest");
  const remove = (id: string, name: string) => (
    <Button
      variant="quiet"
      isDisabled={work.pending !== null}
      aria-label={t("guests.removeName", { name })}
      onPress={() => void work.act({ type: "remove_guest", guest_id: id })}
      data-testid={`remove-${id}`}
    >
      {t("guests.remove")}
    </Button>
  );
  return (
    <Panel title={t("people")} testId="people-panel" className="roster" onClose={onClose}>
      <ul>
        {roster.map((member) => (
          <li key={member.id} data-testid={`roster-${member.id}`}>
            <span className="roster-color" style={{ background: colorOf(member.id) }} aria-hidden="true" />
            <div>
              <strong>{member.person.name}</strong> {member.id === you && <small>({t("you")})</small>}
              <p>
                {t(`role.${roleOf(member, summary)}`)}
                {!member.is_guest && ` · ${member.person.hospital}`}
              </p>
              <p className={member.connected ? "roster-ok" : "roster-away"}>
                {member.connected ? t("connected") : t("away")}
                {member.connected && ` · ${member.publishing.microphone ? t("micOn") : t("muted")}`}
              </p>
              {member.id !== you && member.person.phone && (
                <PhoneLink number={member.person.phone} />
              )}
              {member.is_guest && canRemove && remove(member.person.id, member.person.name)}
            </div>
          </li>
        ))}
      </ul>
      {(absent.length > 0 || expected.length > 0) && (
        <>
          <h3>{t("notHere")}</h3>
          <ul>
            {absent.map(({ person, part }) => (
              <li key={person.id}>
                <div>
                  <strong>{person.name}</strong>
                  <p>
                    {t(`role.${part}`)} · {person.hospital}
                  </p>
                  {person.phone && <PhoneLink number={person.phone} />}
                </div>
              </li>
            ))}
            {expected.map((guest) => (
              <li key={guest.id}>
                <div>
                  <strong>{guest.name}</strong>
                  <p>
                    {t(`consult:room.guestPart.${guest.part}`)} · {t(`consult:room.guestState.${guest.state}`)}
                  </p>
                  {canRemove && remove(guest.id, guest.name)}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      {work.error !== null && <ErrorView error={work.error} />}
      <div className="roster-foot">
        {actions.includes("invite_guest") && (
          <Button onPress={onInvite} data-testid="invite">
            {t("more.invite")}
          </Button>
        )}
        <PeopleActions detail={detail} />
      </div>
    </Panel>
  );
}
