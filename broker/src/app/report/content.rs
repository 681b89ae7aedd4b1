//! From the consult's own values to those of the report.

use super::words::{consent_kind, decision, justification, nihss, sex, template, urgency};
use crate::{
    app::directory::Directory,
    domain::{
        consult::{Consult, Event, Recorded, Signed, view},
        rota::Zone,
    },
};
use ::report as paper;
use jiff::tz::TimeZone;
use schemas::{PersonId, UnixMillis, consult::Part};
use std::collections::BTreeSet;

/// What a report is made from.
pub(super) struct Content<'a> {
    /// As it was when the version was signed.
    pub(super) then: &'a Consult,
    pub(super) now: &'a Consult,
    /// Up to the signature.
    pub(super) log: &'a [Recorded],
    pub(super) signed: &'a Signed,
    pub(super) directory: &'a Directory,
    pub(super) zone: &'a Zone,
}

impl Content<'_> {
    /// Everything but the key images.
    pub(super) fn report(&self) -> paper::Report {
        let Self { then, now, signed, directory, .. } = self;
        let service = directory.services.get(&then.service_id).map(|entry| &entry.service);
        paper::Report {
            // It goes into a German hospital's record.
            language: paper::Language::German,
            label: view::label(then.id),
            template: template(signed.answer.template),
            urgency: urgency(then.urgency),
            service: service.map(|service| service.name.clone()).unwrap_or_default(),
            network: service.map(|service| service.network.clone()).unwrap_or_default(),
            zone: self.zone.name().to_owned(),
            signed_at: self.moment(signed.signed_at),
            patient: self.patient(),
            request: self.request(),
            requester: self.requester(),
            specialist: self.party(signed.author),
            answer: self.answer(),
            key_images: vec![],
            times: self.times(),
            people: self.people(),
            roll_call: self.roll_call(),
            consent: then.consent.map(|consent| paper::Consent {
                kind: consent_kind(consent.consent),
                at: self.moment(consent.at),
                by: self.name(consent.by),
            }),
            versions: now.versions.iter().map(|signed| self.version(signed)).collect(),
            version: signed.version,
        }
    }

    fn moment(&self, at: UnixMillis) -> paper::Moment {
        let wall = self.zone.wall(at);
        let as_utc = wall.to_zoned(TimeZone::UTC).map_or(at.0, |zoned| zoned.timestamp().as_millisecond());
        let small = |number: i8| u8::try_from(number).unwrap_or(0);
        paper::Moment {
            date: paper::Date { year: wall.year(), month: small(wall.month()), day: small(wall.day()) },
            hour: small(wall.hour()),
            minute: small(wall.minute()),
            second: small(wall.second()),
            offset: i16::try_from((as_utc - at.0).div_euclid(60_000)).unwrap_or(0),
        }
    }

    fn name(&self, person: PersonId) -> String {
        self.directory.person_ref(person).name
    }

    fn party(&self, person: PersonId) -> paper::Party {
        let person = self.directory.person_ref(person);
        let city = self.directory.hospitals.get(&person.hospital_id).map(|house| house.city.clone());
        paper::Party {
            name: person.name,
            hospital: person.hospital,
            city: city.unwrap_or_default(),
            phone: person.phone,
        }
    }

    /// The house that asked, and where it is reached.
    fn requester(&self) -> paper::Party {
        let house = self.directory.hospital_ref(self.then.hospital_id);
        let person = self.directory.person_ref(self.then.requester);
        let phones = [self.then.fields.callback_phone.clone(), person.phone, Some(house.phone)];
        paper::Party {
            name: person.name,
            hospital: house.name,
            city: house.city,
            phone: phones.into_iter().flatten().find(|phone| !phone.trim().is_empty()),
        }
    }

    /// In an emergency who it is is often found out after the report: what was blank at the signature comes from today,
    /// and is marked.
    fn patient(&self) -> paper::Patient {
        use paper::PatientField::{BirthDate, FamilyName, GivenName, InsuranceNumber, PatientId, Sex};
        let (then, now) = (&self.then.fields, &self.now.fields);
        let mut added_later = BTreeSet::new();
        let mut text = |field, then: &Option<String>, now: &Option<String>| {
            let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
            given(then).or_else(|| {
                let found = given(now)?;
                added_later.insert(field);
                Some(found)
            })
        };
        let birth_date = text(BirthDate, &then.birth_date, &now.birth_date);
        let patient = paper::Patient {
            family_name: text(FamilyName, &then.family_name, &now.family_name),
            given_name: text(GivenName, &then.given_name, &now.given_name),
            birth_date: birth_date.and_then(|date| self::date(&date.replace('-', ""))),
            sex: then.sex.or(now.sex).map(sex),
            insurance_number: text(InsuranceNumber, &then.insurance_number, &now.insurance_number),
            patient_id: text(PatientId, &then.patient_id, &now.patient_id),
            added_later: BTreeSet::new(),
        };
        if then.sex.is_none() && now.sex.is_some() {
            added_later.insert(Sex);
        }
        paper::Patient { added_later, ..patient }
    }

    fn request(&self) -> paper::Request {
        let fields = &self.then.fields;
        paper::Request {
            question: fields.question.clone(),
            diagnosis: fields.diagnosis.clone(),
            medication: fields.medication.clone(),
            justification: fields.justification.map(justification),
            deadline: fields.deadline.map(|at| self.moment(at)),
        }
    }

    fn answer(&self) -> paper::Answer {
        let answer = &self.signed.answer;
        paper::Answer {
            decision: decision(answer.decision),
            recommendation: answer.recommendation.0.clone(),
            assessment: answer.assessment.0.clone(),
            findings: answer.findings.0.clone(),
            limitations: answer.limitations.0.clone(),
            nihss: answer.nihss.as_ref().map(nihss),
        }
    }

    /// What is known of the course, in the order of time.
    fn times(&self) -> Vec<paper::Time> {
        use paper::TimeKind;
        let first = |is: fn(&Event) -> bool| self.log.iter().find(|each| is(&each.event)).map(|each| each.at);
        let last = |is: fn(&Event) -> bool| self.log.iter().rev().find(|each| is(&each.event)).map(|each| each.at);
        let Consult { fields, clock, .. } = self.then;
        let mut known: Vec<(UnixMillis, TimeKind)> = [
            (fields.last_seen_well, TimeKind::LastSeenWell),
            (first(|event| matches!(event, Event::Requested { .. } | Event::RequestMade { .. })), TimeKind::Requested),
            (first(|event| matches!(event, Event::Accepted { .. })), TimeKind::Accepted),
            (clock.door, TimeKind::Door),
            (clock.imaging, TimeKind::Imaging),
            (self.then.session_started_at, TimeKind::SessionBegan),
            (clock.decision, TimeKind::Decision),
            (last(|event| matches!(event, Event::SessionEnded)), TimeKind::SessionEnded),
            (Some(self.signed.signed_at), TimeKind::Signed),
        ]
        .into_iter()
        .filter_map(|(at, kind)| at.map(|at| (at, kind)))
        .collect();
        known.sort_by_key(|(at, _)| *at);
        known.into_iter().map(|(at, kind)| paper::Time { kind, at: self.moment(at) }).collect()
    }

    /// Everybody once, in the part that says most.
    fn people(&self) -> Vec<paper::Person> {
        let then = self.then;
        let parts = then.participants.iter().map(|each| {
            let part = match each.part {
                Part::SecondSpecialist => paper::Part::SecondSpecialist,
                Part::Interpreter => paper::Part::Interpreter,
            };
            (each.person, part)
        });
        let specialists = [Some(self.signed.author), then.specialist].into_iter().flatten();
        let all = std::iter::once((then.requester, paper::Part::Requester))
            .chain(specialists.map(|person| (person, paper::Part::Specialist)))
            .chain(parts)
            .chain(then.stays.iter().map(|stay| (stay.person, paper::Part::Attendee)));
        let mut seen = BTreeSet::new();
        let mut people: Vec<paper::Person> = all
            .filter(|(person, _)| seen.insert(*person))
            .map(|(person, part)| {
                let person = self.directory.person_ref(person);
                paper::Person { name: person.name, hospital: person.hospital, part }
            })
            .collect();
        let guests = then.guests.iter().filter(|guest| then.guest_stays.iter().any(|stay| stay.guest_id == guest.id));
        people.extend(guests.map(|guest| paper::Person {
            name: guest.name.0.clone(),
            hospital: String::new(),
            part: paper::Part::Guest,
        }));
        people
    }

    fn roll_call(&self) -> Option<paper::RollCall> {
        let roll = self.then.roll_call.as_ref()?;
        let present = roll.present.iter().map(|each| (each.name.0.clone(), each.role.0.clone()));
        Some(paper::RollCall { at: self.moment(roll.at), by: self.name(roll.by), present: present.collect() })
    }

    fn version(&self, signed: &Signed) -> paper::Version {
        paper::Version {
            number: signed.version,
            at: self.moment(signed.signed_at),
            author: self.name(signed.author),
            reason: signed.reason.0.clone(),
        }
    }
}

/// `YYYYMMDD`, as DICOM has it.
pub(super) fn date(text: &str) -> Option<paper::Date> {
    let date: jiff::civil::Date = jiff::civil::Date::strptime("%Y%m%d", text.trim()).ok()?;
    Some(paper::Date { year: date.year(), month: date.month().try_into().ok()?, day: date.day().try_into().ok()? })
}
