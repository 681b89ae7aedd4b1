import type { ConsultSummary, Member } from "../api/types";
import { useTexts } from "../i18n";
import { PhoneLink } from "../ui";
import { colorOf } from "./colors";
import { roleOf } from "./people";

/** Who is in the room: name, hospital, role, connection, telephone. */
export function Roster({
  roster,
  summary,
  you,
}: {
  roster: readonly Member[];
  summary: ConsultSummary;
  you: number | undefined;
}) {
  const t = useTexts("room");
  return (
    <aside className="roster" aria-label={t("people")}>
      <h2>{t("people")}</h2>
      <ul>
        {roster.map((member) => (
          <li key={member.id} data-testid={`roster-${member.id}`}>
            <span className="roster-color" style={{ background: colorOf(member.id) }} aria-hidden="true" />
            <div>
              <strong>{member.person.name}</strong> {member.id === you && <small>({t("you")})</small>}
              <p>
                {t(roleOf(member, summary))} · {member.person.hospital}
              </p>
              <p className={member.connected ? "roster-ok" : "roster-away"}>
                {member.connected ? t("connected") : t("away")}
                {member.connected && ` · ${member.publishing.microphone ? t("micOn") : t("muted")}`}
              </p>
              {member.id !== you && member.person.phone && (
                <PhoneLink number={member.person.phone} label={member.person.phone} />
              )}
            </div>
          </li>
        ))}
      </ul>
    </aside>
  );
}
