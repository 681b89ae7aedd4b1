//! German and English. Nothing in here is about a patient: service, house and urgency are all that leaves.

use jiff::{Timestamp, tz::TimeZone};
use schemas::{
    UnixMillis,
    consult::{AlarmKind, Urgency},
};

/// What is read.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) text: String,
}

pub(super) struct RingFacts<'a> {
    pub(super) service: &'a str,
    pub(super) hospital: &'a str,
    pub(super) urgency: Urgency,
    /// Wall time of the ring's end.
    pub(super) until: String,
}

fn is_english(language: &str) -> bool {
    language == "en"
}

/// `03:12` in the service's zone.
pub(super) fn clock(at: UnixMillis, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(at.0).map(|at| at.to_zoned(zone).strftime("%H:%M").to_string()).unwrap_or_default()
}

const fn urgency(language_is_english: bool, urgency: Urgency) -> &'static str {
    match (language_is_english, urgency) {
        (false, Urgency::Emergency) => "Notfall",
        (false, Urgency::Urgent) => "dringend",
        (false, Urgency::Elective) => "planbar",
        (true, Urgency::Emergency) => "emergency",
        (true, Urgency::Urgent) => "urgent",
        (true, Urgency::Elective) => "elective",
    }
}

/// One SMS, if the names are short: no umlauts of our own, which would halve what fits in.
pub(super) fn ring_sms(language: &str, facts: &RingFacts, link: &str) -> Words {
    let english = is_english(language);
    let RingFacts { service, hospital, until, .. } = facts;
    let urgency = urgency(english, facts.urgency);
    let text = match english {
        false => format!("Telekonsil {urgency}: {service}, {hospital}. Antwort bis {until}: {link}"),
        true => format!("Telekonsil {urgency}: {service}, {hospital}. Answer by {until}: {link}"),
    };
    Words { subject: String::new(), text }
}

pub(super) fn ring_mail(language: &str, facts: &RingFacts, name: &str, link: &str) -> Words {
    let english = is_english(language);
    let RingFacts { service, hospital, until, .. } = facts;
    let urgency = urgency(english, facts.urgency);
    match english {
        false => Words {
            subject: format!("Telekonsil {urgency}: {service}"),
            text: format!(
                "Guten Tag {name},\n\n{hospital} bittet um ein Telekonsil ({service}, {urgency}). Ihr Telefon klingelt bis \
                 {until} Uhr.\n\nAnnehmen, in 5 Minuten, weitergeben oder ablehnen:\n{link}\n\nDie Verbindung gilt einmal \
                 und nur für Sie. Angaben zum Patienten stehen nie in einer E-Mail.\n"
            ),
        },
        true => Words {
            subject: format!("Telekonsil {urgency}: {service}"),
            text: format!(
                "Dear {name},\n\n{hospital} asks for a consultation ({service}, {urgency}). Your telephone rings until \
                 {until}.\n\nAccept, in 5 minutes, pass on or decline:\n{link}\n\nThe link works once and for you alone. \
                 Nothing about a patient ever stands in an e-mail.\n"
            ),
        },
    }
}

/// Read out; the keys are the gateway's to take.
pub(super) fn call(language: &str, service: &str, hospital: &str, how: Urgency) -> Words {
    let urgency = urgency(is_english(language), how);
    let text = match is_english(language) {
        false => format!(
            "Telekonsil, {urgency}. {service}. Es fragt {hospital}. Zum Annehmen drücken Sie die 1. In fünf Minuten: die 2. \
             Zum Weitergeben: die 3."
        ),
        true => format!(
            "Telekonsil, {urgency}. {service}. {hospital} is asking. To accept press 1. In five minutes: 2. To pass on: 3."
        ),
    };
    Words { subject: String::new(), text }
}

pub(super) fn alarm(language: &str, kind: AlarmKind, label: &str, service: &str, hospital: &str) -> Words {
    let what = match (is_english(language), kind) {
        (false, AlarmKind::NobodyOnDuty) => "Niemand hat Dienst",
        (false, AlarmKind::LadderExhausted) => "Alle wurden angeklingelt, niemand hat geantwortet",
        (false, AlarmKind::NoAnswerYet) => "Noch keine Antwort, es klingelt weiter",
        (false, AlarmKind::Queued) => "Alle sind in einem anderen Konsil",
        (false, AlarmKind::NotStarted) => "Angenommen, aber niemand ist im Raum",
        (false, AlarmKind::PrealertOverdue) => "Die Voranmeldung ist überfällig",
        (false, _) => "Bitte nachsehen",
        (true, AlarmKind::NobodyOnDuty) => "Nobody is on duty",
        (true, AlarmKind::LadderExhausted) => "Everybody was rung, nobody has answered",
        (true, AlarmKind::NoAnswerYet) => "No answer yet, it rings on",
        (true, AlarmKind::Queued) => "Everybody is in another consult",
        (true, AlarmKind::NotStarted) => "Accepted, but nobody is in the room",
        (true, AlarmKind::PrealertOverdue) => "The pre-alert is overdue",
        (true, _) => "Please have a look",
    };
    Words { subject: format!("Telekonsil {label}: {what}"), text: format!("{what}: {label}, {service}, {hospital}.") }
}

pub(super) fn duties(language: &str, service: &str) -> Words {
    match is_english(language) {
        false => note(language, format!("Neues zu Ihren Diensten: {service}.")),
        true => note(language, format!("News about your duties: {service}.")),
    }
}

pub(super) fn note(language: &str, text: String) -> Words {
    let subject = if is_english(language) { "Telekonsil: your duties" } else { "Telekonsil: Ihre Dienste" };
    Words { subject: subject.to_owned(), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_fits_into_one_sms_and_tells_the_time_of_the_service() {
        let until = clock(UnixMillis(1_795_482_420_000), "Europe/Berlin");
        assert_eq!(until, "02:07");
        let link = format!("https://telekonsil.example.org/answer/#{}", "A".repeat(50));
        for language in ["de", "en"] {
            let facts = RingFacts {
                service: "Schlaganfall",
                hospital: "Klinik Tannbach",
                urgency: Urgency::Emergency,
                until: until.clone(),
            };
            let text = ring_sms(language, &facts, &link).text;
            assert!(text.len() <= 160 + 12 && text.contains("02:07"), "{}: {text}", text.len());
        }
    }
}
