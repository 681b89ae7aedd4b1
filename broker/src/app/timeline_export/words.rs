//! A history in words: the sentences of the page (`web/src/consult/texts/timeline.ts`), for a file.

use schemas::{
    UnixMillis,
    consult::{AlarmKind, ClockStamp, Consent, DeclineReason, Part, RingOutcome, TimelineWhat as What, Urgency},
    delivery::{Channel, DeliveryState},
    directory::PersonRef,
    guest::GuestPart,
    reports::FileLanguage::{self, De, En},
    slots::{AppointmentEnd, AppointmentSide},
};

/// One of two.
const fn one(language: FileLanguage, german: &'static str, english: &'static str) -> &'static str {
    match language {
        De => german,
        En => english,
    }
}

pub(super) const fn language(language: FileLanguage) -> ::report::Language {
    match language {
        De => ::report::Language::German,
        En => ::report::Language::English,
    }
}

pub(super) const fn columns(language: FileLanguage) -> [&'static str; 5] {
    match language {
        De => ["Zeit (UTC)", "Ortszeit", "Ereignis", "Wer", "Kanal"],
        En => ["time (UTC)", "local time", "event", "who", "channel"],
    }
}

pub(super) const fn file(language: FileLanguage) -> &'static str {
    one(language, "Verlauf", "history")
}

pub(super) const fn title(language: FileLanguage) -> &'static str {
    one(language, "Verlauf", "History")
}

pub(super) fn made(language: FileLanguage, at: &str, by: &str, zone: &str) -> String {
    match language {
        De => format!("Erstellt {at} von {by} · Ortszeit: {zone}"),
        En => format!("Made {at} by {by} · local time: {zone}"),
    }
}

pub(super) const fn note(language: FileLanguage) -> &'static str {
    one(
        language,
        "Jeder Eintrag steht mit seiner Sekunde im unveränderlichen Protokoll. Ohne Angabe einer Person handelte das \
         Programm. Der Verlauf enthält keine Patientendaten.",
        "Each entry stands with its second in the unchangeable log. Where no person is named the program acted. The \
         history holds no patient data.",
    )
}

/// One line of the history as a sentence; `local` writes a moment as the clock on the wall shows it.
pub(super) fn what(what: &What, l: FileLanguage, local: &dyn Fn(UnixMillis) -> String) -> String {
    let say = |german: &'static str, english: &'static str| one(l, german, english).to_owned();
    let about = |german: &str, english: &str, name: &str| {
        let form = if l == De { german } else { english };
        form.replace("{}", name)
    };
    match what {
        What::Prealerted { eta, .. } => {
            let said = say("Voralarm gesendet", "Pre-alert sent");
            eta.map_or(said.clone(), |eta| format!("{said}, {} {}", one(l, "Eintreffen", "arrival"), local(eta)))
        }
        What::Requested { urgency } => about("Angefordert: {}", "Requested: {}", urgency_of(*urgency, l)),
        What::UrgencyChanged { urgency } => {
            about("Dringlichkeit geändert: {}", "Urgency changed: {}", urgency_of(*urgency, l))
        }
        What::SlotAwaited => say("Wartet auf einen Termin", "Waits for an appointment"),
        What::SlotBooked { person, start } => {
            let name = format!("{}, {}", person.name, local(*start));
            about("Termin belegt: {}", "Appointment held: {}", &name)
        }
        What::SlotConfirmed { side: AppointmentSide::Specialist } => {
            say("Termin von der Fachstelle bestätigt", "Appointment confirmed by the specialist")
        }
        What::SlotConfirmed { side: AppointmentSide::Requester } => {
            say("Termin vom anfordernden Haus bestätigt", "Appointment confirmed by the requesting hospital")
        }
        What::SlotEnded { person, start, why } => {
            let name = format!("{}, {} ({})", person.name, local(*start), slot_end(*why, l));
            about("Termin entfällt: {}", "Appointment given up: {}", &name)
        }
        What::RoomOpened => say("Raum zum Termin geöffnet", "Room opened for the appointment"),
        What::AppointmentBegun => say("Termin hat begonnen", "Appointment has begun"),
        What::RingsInstead => say("Klingelt statt eines Termins", "Rings instead of an appointment"),
        What::Stamped { stamp, at } => format!("{}: {}", stamp_of(*stamp, l), local(*at)),
        What::TakenOver => say("Die Leitstelle kümmert sich", "The coordinator sees to it"),
        What::Offered { to, is_hand_over: true } => {
            about("Übergabe an {} angeboten", "Offered to {} for hand-over", &to.name)
        }
        What::Offered { to, is_hand_over: false } => {
            about("{} um Übernahme gebeten", "{} was asked to take over", &to.name)
        }
        What::OfferEnded { to, accepted: true } => about("{} hat übernommen", "{} has taken over", &to.name),
        What::OfferEnded { to, accepted: false } => about("{} hat nicht übernommen", "{} has not taken over", &to.name),
        What::ParticipantAdded { person, part } => {
            let part = match part {
                Part::SecondSpecialist => one(l, "zweite Fachärztin, zweiter Facharzt", "second specialist"),
                Part::Interpreter => one(l, "dolmetscht", "interpreter"),
            };
            format!("{} ({part})", about("{} hinzugezogen", "{} called in", &person.name))
        }
        What::ParticipantRemoved { person } => {
            about("{} nicht mehr beteiligt", "{} no longer takes part", &person.name)
        }
        What::AskedForMore => say("Rückfrage gestellt", "Asked for more"),
        What::Replied => say("Rückfrage beantwortet", "Question answered"),
        What::Queued { behind } => about("Wartet: {} gebunden", "Waits: {} busy", &names(behind)),
        What::StudyAttached { .. } => say("Bilder zugeordnet", "Images attached"),
        What::StudyDetached { .. } => say("Bilder herausgenommen", "Images taken out"),
        What::RollCalled { present } => {
            about("Anwesenheit festgehalten: {}", "Presence recorded: {}", &present.to_string())
        }
        What::ConsentRecorded { consent } => {
            about("Einwilligung festgehalten: {}", "Consent recorded: {}", consent_of(*consent, l))
        }
        What::GuestInvited { part } => about("Gast eingeladen ({})", "Guest invited ({})", guest_of(*part, l)),
        What::GuestWaits => say("Ein Gast wartet vor dem Raum", "A guest waits at the room's door"),
        What::GuestAdmitted => say("Gast eingelassen", "Guest let in"),
        What::GuestRemoved => say("Gast hinausgebeten", "Guest sent away"),
        What::EncryptionLifted => {
            say("Raum ohne Ende-zu-Ende-Verschlüsselung geöffnet", "Room opened without end-to-end encryption")
        }
        What::GroupReplaced => say("Verschlüsselung im Raum neu begonnen", "Encryption in the room begun anew"),
        What::GroupFault { code, .. } => {
            about("Verschlüsselung: etwas abgelehnt ({})", "Encryption: something was refused ({})", code)
        }
        What::GroupBarred { person } => {
            let who = person.as_ref().map_or(one(l, "Ein Gast", "A guest"), |person| &person.name);
            about("{} von der Verschlüsselung ausgeschlossen", "{} left out of the encryption", who)
        }
        What::Amended { version } => {
            about("Bericht ergänzt, Fassung {}", "Report amended, version {}", &version.to_string())
        }
        What::ReportTakenOver => say("Bericht in das KIS übernommen", "Report taken into the hospital's record"),
        What::FedBack => say("Verlauf zurückgemeldet", "Outcome reported back"),
        What::GlassBroken { person } => about("Notfallzugriff durch {}", "Emergency access by {}", &person.name),
        What::FieldsCompleted { missing } if missing.is_empty() => say("Angaben ergänzt", "Details completed"),
        What::FieldsCompleted { missing } => {
            about("Angaben ergänzt, es fehlen noch {}", "Details added, still missing: {}", &missing.len().to_string())
        }
        What::Matched { round, eligible } => match l {
            De => format!("Runde {round}: {eligible} kommen in Frage"),
            En => format!("Round {round}: {eligible} eligible"),
        },
        What::RingStarted { person, round, step } => match l {
            De => format!("Es klingelt bei {} (Runde {round}, Stufe {step})", person.name),
            En => format!("Ringing {} (round {round}, step {step})", person.name),
        },
        What::RingDelivered { person } => about("Zugestellt bei {}", "Delivered to {}", &person.name),
        What::RingSeen { person } => about("Gesehen von {}", "Seen by {}", &person.name),
        What::RingEnded { person, outcome, declined_because } => {
            let said = format!("{} {}", person.name, outcome_of(*outcome, l));
            declined_because.map_or(said.clone(), |reason| format!("{said}: {}", decline_of(reason, l)))
        }
        What::Promised { until } => about("Will bis {} da sein", "Will be there by {}", &local(*until)),
        What::PromiseBroken => say("Ist nicht gekommen, es klingelt weiter", "Did not come, ringing goes on"),
        What::Alarm { kind } => about("Alarm: {}", "Alarm: {}", alarm_of(*kind, l)),
        What::Accepted => say("Angenommen", "Accepted"),
        What::Joined => say("Raum betreten", "Entered the room"),
        What::Left => say("Raum verlassen", "Left the room"),
        What::SessionEnded => say("Gespräch beendet", "Session ended"),
        What::Answered => say("Antwort unterschrieben", "Answer signed"),
        What::Acknowledged => say("Antwort zur Kenntnis genommen", "Answer acknowledged"),
        What::Closed => say("Abgeschlossen", "Closed"),
        What::Cancelled => say("Abgebrochen", "Cancelled"),
    }
}

pub(super) const fn channel(channel: Channel, l: FileLanguage) -> &'static str {
    match channel {
        Channel::App => "App",
        Channel::Push => "Web Push",
        Channel::Sms => "SMS",
        Channel::Voice => one(l, "Anruf", "voice"),
        Channel::Email => one(l, "E-Mail", "e-mail"),
    }
}

/// How far a ring got on a channel.
pub(super) fn travelled(state: DeliveryState, name: &str, l: FileLanguage) -> String {
    let said = match state {
        DeliveryState::Queued => one(l, "wird gesendet", "to be sent"),
        DeliveryState::Sent => one(l, "gesendet", "sent"),
        DeliveryState::Delivered => one(l, "zugestellt", "delivered"),
        DeliveryState::Seen => one(l, "gesehen", "seen"),
        DeliveryState::Answered => one(l, "beantwortet", "answered"),
        DeliveryState::Failed => one(l, "gescheitert", "failed"),
    };
    format!("{} {name}: {said}", one(l, "Klingeln bei", "Ring of"))
}

fn names(people: &[PersonRef]) -> String {
    people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")
}

const fn urgency_of(urgency: Urgency, l: FileLanguage) -> &'static str {
    match urgency {
        Urgency::Emergency => one(l, "Notfall", "emergency"),
        Urgency::Urgent => one(l, "dringend", "urgent"),
        Urgency::Elective => one(l, "elektiv", "elective"),
    }
}

const fn stamp_of(stamp: ClockStamp, l: FileLanguage) -> &'static str {
    match stamp {
        ClockStamp::Door => one(l, "Eintreffen", "Door"),
        ClockStamp::Imaging => one(l, "Bildgebung", "Imaging"),
        ClockStamp::Decision => one(l, "Entscheidung", "Decision"),
    }
}

const fn consent_of(consent: Consent, l: FileLanguage) -> &'static str {
    match consent {
        Consent::Given => one(l, "erteilt", "given"),
        Consent::GivenByRepresentative => one(l, "durch die Vertretung erteilt", "given by the representative"),
        Consent::Presumed => one(l, "im Notfall gemutmaßt", "presumed in the emergency"),
        Consent::Refused => one(l, "verweigert", "refused"),
    }
}

const fn guest_of(part: GuestPart, l: FileLanguage) -> &'static str {
    match part {
        GuestPart::Interpreter => one(l, "dolmetscht", "interpreter"),
        GuestPart::SecondOpinion => one(l, "Zweitmeinung", "second opinion"),
        GuestPart::Relative => one(l, "angehörig", "relative"),
        GuestPart::Other => one(l, "sonstige", "other"),
    }
}

const fn outcome_of(outcome: RingOutcome, l: FileLanguage) -> &'static str {
    match outcome {
        RingOutcome::Ringing => one(l, "wird angeklingelt", "is being rung"),
        RingOutcome::Accepted => one(l, "hat angenommen", "accepted"),
        RingOutcome::InFive => one(l, "kommt in fünf Minuten", "comes in five minutes"),
        RingOutcome::PassedOn => one(l, "hat weitergegeben", "passed it on"),
        RingOutcome::Declined => one(l, "hat abgelehnt", "declined"),
        RingOutcome::TimedOut => one(l, "hat nicht geantwortet", "did not answer"),
        RingOutcome::Withdrawn => one(l, "wird nicht mehr gebraucht", "is no longer needed"),
    }
}

const fn decline_of(reason: DeclineReason, l: FileLanguage) -> &'static str {
    match reason {
        DeclineReason::NotMyField => one(l, "nicht mein Fach", "not my field"),
        DeclineReason::NoCapacity => one(l, "keine Kapazität", "no capacity"),
        DeclineReason::ConflictOfInterest => one(l, "befangen", "conflict of interest"),
        DeclineReason::TechnicalProblem => one(l, "technisches Problem", "technical problem"),
        DeclineReason::Other => one(l, "anderer Grund", "another reason"),
    }
}

const fn alarm_of(kind: AlarmKind, l: FileLanguage) -> &'static str {
    match kind {
        AlarmKind::NobodyOnDuty => one(l, "niemand hat Dienst", "nobody is on duty"),
        AlarmKind::LadderExhausted => one(l, "niemand hat angenommen", "nobody has accepted"),
        AlarmKind::NoAnswerYet => one(l, "noch keine Antwort, es klingelt weiter", "no answer yet, it rings on"),
        AlarmKind::NotStarted => one(l, "angenommen, aber niemand im Raum", "accepted, but nobody in the room"),
        AlarmKind::AnswerLate => one(l, "die Antwort ist überfällig", "the answer is late"),
        AlarmKind::NotAcknowledged => one(l, "die Antwort wurde nicht gelesen", "the answer was not read"),
        AlarmKind::PrealertOverdue => one(l, "Voralarm überfällig", "pre-alert overdue"),
        AlarmKind::Queued => one(l, "alle sind gebunden", "everybody is busy"),
        AlarmKind::FieldsMissing => one(l, "vor dem Abschluss fehlen Angaben", "details are missing before the end"),
        AlarmKind::NoAppointment => one(l, "noch kein Termin", "no appointment yet"),
        AlarmKind::NotConfirmed => one(l, "der Termin ist nicht bestätigt", "the appointment is not confirmed"),
        AlarmKind::AppointmentMoved => one(l, "der Termin ging an jemand anderen", "the appointment went to another"),
    }
}

const fn slot_end(why: AppointmentEnd, l: FileLanguage) -> &'static str {
    match why {
        AppointmentEnd::Moved => one(l, "verlegt", "moved"),
        AppointmentEnd::Cancelled => one(l, "abgesagt", "cancelled"),
        AppointmentEnd::Declined => one(l, "abgelehnt", "declined"),
        AppointmentEnd::NotWanted => one(l, "vom anfragenden Haus abgelehnt", "declined by the house that asks"),
        AppointmentEnd::NotConfirmed => one(l, "nicht bestätigt", "not confirmed"),
        AppointmentEnd::DutyChanged => one(l, "Dienst geändert", "duty changed"),
        AppointmentEnd::Missed => one(l, "nicht erschienen", "missed"),
        AppointmentEnd::Rings => one(l, "es klingelt stattdessen", "it rings instead"),
    }
}
