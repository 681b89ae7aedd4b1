import { useTexts } from "../i18n";
import type { Contacts } from "../api/types";
import { EmptyState, Instant, PhoneLink, useNow } from "../ui";
import "./texts";

/** Whom to call, also without a network. */
export function ContactsPage({ contacts }: { contacts: Contacts | null }) {
  const t = useTexts("device");
  const now = useNow();
  return (
    <div className="stack" data-testid="contacts">
      <h1>{t("contacts.title")}</h1>
      <p className="muted">{t("contacts.about")}</p>
      {contacts === null && <EmptyState title={t("contacts.missing")} />}
      {contacts?.services.map(({ service, on_duty }) => (
        <section key={service.id} className="card stack" aria-labelledby={`contact-${service.id}`}>
          <h2 id={`contact-${service.id}`}>{service.name}</h2>
          <PhoneLink number={service.fallback_phone} label={t("contacts.fallback")} />
          {on_duty.length === 0 && <p className="muted">{t("contacts.nobody")}</p>}
          <ul className="contact-list">
            {on_duty
              .filter((duty) => duty.until > now)
              .map((duty) => (
                <li key={`${duty.person.id}${duty.level}${duty.from}`} className="row spread">
                  <span>
                    <strong>{duty.person.name}</strong>
                    <span className="block muted small">
                      {t(`common:duty.${duty.level}`)} ·{" "}
                      {duty.from <= now ? (
                        t("contacts.now")
                      ) : (
                        <>
                          {t("contacts.later")} <Instant at={duty.from} />
                        </>
                      )}
                    </span>
                  </span>
                  {duty.person.phone ? <PhoneLink number={duty.person.phone} /> : <span className="muted small">{t("contacts.noPhone")}</span>}
                </li>
              ))}
          </ul>
        </section>
      ))}
      {contacts && (
        <section className="card stack" aria-labelledby="hospitals-title">
          <h2 id="hospitals-title">{t("contacts.hospitals")}</h2>
          <ul className="contact-list">
            {contacts.hospitals.map((hospital) => (
              <li key={hospital.id} className="row spread">
                <span>
                  <strong>{hospital.name}</strong>
                  <span className="block muted small">{hospital.city}</span>
                </span>
                <PhoneLink number={hospital.phone} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
