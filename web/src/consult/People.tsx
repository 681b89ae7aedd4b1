import type { ConsultDetail } from "../api/types";
import { useTexts } from "../i18n";
import { phoneOf } from "../state/notes";
import { Button, ErrorView, PhoneLink } from "../ui";
import { PeopleActions } from "./PeopleActions";
import "./consult.css";
import "./texts";
import { useAct } from "./useAct";

/** Everybody around the consult with the number to call, who else takes part, and who can be called in. */
export function People({ detail, level = "h2" }: { detail: ConsultDetail; level?: "h2" | "h3" }) {
  const t = useTexts("consult");
  const work = useAct(detail.summary.id);
  const { summary } = detail;
  const Heading = level;
  const canRemove = detail.actions.includes("remove_participant");
  return (
    <section className="stack" aria-labelledby="people-title">
      <Heading id="people-title">{t("people.heading")}</Heading>
      <div className="row">
        <PhoneLink
          number={detail.fields?.callback_phone ?? phoneOf(summary.requester, summary.hospital.phone)}
          label={`${t("people.requester")}: ${summary.requester.name}, ${summary.hospital.name}`}
        />
        {summary.requester.phone && (
          <PhoneLink number={summary.hospital.phone} label={t("people.switchboard", { hospital: summary.hospital.name })} />
        )}
        {summary.specialist && (
          <PhoneLink
            number={phoneOf(summary.specialist, summary.service.fallback_phone)}
            label={`${t("people.specialist")} ${summary.specialist.name}`}
          />
        )}
        <PhoneLink number={summary.service.fallback_phone} label={t("people.fallback", { service: summary.service.name })} />
      </div>
      {summary.participants.length > 0 && (
        <ul className="people-list">
          {summary.participants.map(({ person, part }) => (
            <li key={person.id} className="row spread">
              <span>
                <strong>{person.name}</strong> <span className="muted">{person.hospital}</span>{" "}
                <span className="badge">{t(`common:part.${part}`)}</span>
              </span>
              <span className="row">
                {person.phone && <PhoneLink number={person.phone} />}
                {canRemove && (
                  <Button
                    variant="quiet"
                    aria-label={t("people.removeFor", { name: person.name })}
                    isDisabled={work.pending !== null}
                    onPress={() => void work.act({ type: "remove_participant", person: person.id })}
                  >
                    {t("people.remove")}
                  </Button>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {work.error !== null && <ErrorView error={work.error} />}
      <div className="row">
        <PeopleActions detail={detail} />
      </div>
    </section>
  );
}
