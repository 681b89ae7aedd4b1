//! The history of a consult as a file, to the second. It names people and houses, and never the patient.

mod words;

use super::{
    App, Error, Result,
    log::Loaded,
    sheet::{Sheet, TableFile},
};
use crate::domain::{access::Permission, consult::view, directory::Actor, rota::Zone};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use schemas::{
    ConsultId, UnixMillis,
    consult::TimelineEntry,
    delivery::{ChannelStatus, DeliveryState, RingDelivery},
    reports::FileLanguage,
};

/// A history with what stands at its head.
struct History {
    label: String,
    service: String,
    hospital: String,
    zone: Zone,
    made_at: UnixMillis,
    made_by: String,
    lines: Vec<Line>,
}

/// One line: of the log, or of how a ring travelled.
struct Line {
    at: UnixMillis,
    what: String,
    who: String,
    channel: String,
}

impl App {
    /// For the service's coordinators and the data-protection role; [`Error::Purged`] when there is nothing left of it.
    pub async fn timeline_table(&self, actor: &Actor, id: ConsultId, language: FileLanguage) -> Result<TableFile> {
        let history = self.history_of(actor, id, language).await?;
        let mut sheet = Sheet::new(&words::columns(language))?;
        for line in &history.lines {
            let [utc, local] = history.times(line.at);
            sheet.row([&utc, &local, &line.what, &line.who, &line.channel])?;
        }
        Ok(TableFile { name: history.name(language, "csv"), bytes: sheet.finish()? })
    }

    /// The same as PDF.
    pub async fn timeline_pdf(&self, actor: &Actor, id: ConsultId, language: FileLanguage) -> Result<TableFile> {
        let history = self.history_of(actor, id, language).await?;
        let protocol = history.protocol(language);
        let written = self.writing.run("writing a history", move || ::report::render_protocol(&protocol)).await?;
        let bytes = written.map_err(|error| Error::bug("writing a history", error))?;
        Ok(TableFile { name: history.name(language, "pdf"), bytes })
    }

    async fn history_of(&self, actor: &Actor, id: ConsultId, language: FileLanguage) -> Result<History> {
        self.for_those(actor, id, Permission::ExportTimeline).await?;
        let Loaded { consult, log, .. } = self.load(id).await?.ok_or(Error::NotFound)?;
        let directory = self.directory().await?;
        let mut lines = travelled(&self.ring_deliveries(id).await?, language);
        let entries = view::timeline(&log, true, &|person| directory.person_ref(person));
        let service = directory.services.get(&consult.service_id).map(|entry| &entry.service);
        let zone = service.map_or(ZONE, |service| &service.zone);
        let zone = zone.parse().or_else(|_| ZONE.parse()).map_err(|error| Error::bug("a history's zone", error))?;
        Ok(History {
            label: view::label(id),
            service: service.map(|service| service.name.clone()).unwrap_or_default(),
            hospital: directory.hospital_ref(consult.hospital_id).name,
            made_at: self.now(),
            made_by: directory.person_ref(actor.person_id).name,
            lines: {
                lines.extend(self::lines(&entries, &zone, language));
                // What happened in the same millisecond stays in the order of the log.
                lines.sort_by_key(|line| line.at);
                lines
            },
            zone,
        })
    }
}

/// Zone of a service whose own is unknown.
const ZONE: &str = "Europe/Berlin";

fn lines(entries: &[TimelineEntry], zone: &Zone, language: FileLanguage) -> Vec<Line> {
    let at_wall = |at: UnixMillis| local(zone, at);
    entries
        .iter()
        .map(|entry| Line {
            at: entry.at,
            what: words::what(&entry.what, language, &at_wall),
            who: entry.actor.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
            channel: String::new(),
        })
        .collect()
}

/// How each ring went out and what came back, channel by channel.
fn travelled(rings: &[RingDelivery], language: FileLanguage) -> Vec<Line> {
    let of_channel = |ring: &RingDelivery, status: &ChannelStatus| {
        let times = [
            (Some(status.queued_at), DeliveryState::Queued),
            (status.sent_at, DeliveryState::Sent),
            (status.delivered_at, DeliveryState::Delivered),
            (status.seen_at, DeliveryState::Seen),
            (status.answered_at, DeliveryState::Answered),
        ];
        let line = |(at, state): (Option<UnixMillis>, DeliveryState)| {
            Some(Line {
                at: at?,
                what: words::travelled(state, &ring.person.name, language),
                who: String::new(),
                channel: words::channel(status.channel, language).to_owned(),
            })
        };
        times.into_iter().filter_map(line).collect::<Vec<_>>()
    };
    rings.iter().flat_map(|ring| ring.channels.iter().flat_map(move |status| of_channel(ring, status))).collect()
}

impl History {
    /// UTC, and the wall time of the service's zone.
    fn times(&self, at: UnixMillis) -> [String; 2] {
        [utc(at), local(&self.zone, at)]
    }

    fn name(&self, language: FileLanguage, kind: &str) -> String {
        format!("Telekonsil-{}-{}.{kind}", words::file(language), self.label)
    }

    fn protocol(&self, language: FileLanguage) -> ::report::Protocol {
        let column = |title: &str, share| ::report::Column { title: title.to_owned(), share };
        let [utc_title, local_title, what, who, channel] = words::columns(language);
        let rows = self.lines.iter().map(|line| {
            let [utc, local] = self.times(line.at);
            vec![local, utc, line.what.clone(), line.who.clone(), line.channel.clone()]
        });
        ::report::Protocol {
            language: words::language(language),
            overline: "TELEKONSIL".to_owned(),
            title: format!("{} {}", words::title(language), self.label),
            subtitle: vec![
                format!("{} · {}", self.service, self.hospital),
                words::made(language, &local(&self.zone, self.made_at), &self.made_by, self.zone.name()),
            ],
            made_at: moment(&self.zone, self.made_at),
            id: self.label.clone(),
            columns: vec![
                column(local_title, 1.5),
                column(utc_title, 1.6),
                column(what, 3.0),
                column(who, 1.5),
                column(channel, 0.9),
            ],
            rows: rows.collect(),
            note: words::note(language).to_owned(),
        }
    }
}

fn utc(at: UnixMillis) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::MIN);
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn local(zone: &Zone, at: UnixMillis) -> String {
    zone.wall(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Wall time with its distance from UTC, as documents carry it.
fn moment(zone: &Zone, at: UnixMillis) -> ::report::Moment {
    let wall: DateTime = zone.wall(at);
    let as_utc = wall.to_zoned(TimeZone::UTC).map_or(at.0, |zoned| zoned.timestamp().as_millisecond());
    let small = |number: i8| u8::try_from(number).unwrap_or(0);
    ::report::Moment {
        date: ::report::Date { year: wall.year(), month: small(wall.month()), day: small(wall.day()) },
        hour: small(wall.hour()),
        minute: small(wall.minute()),
        second: small(wall.second()),
        offset: i16::try_from((as_utc - at.0).div_euclid(60_000)).unwrap_or(0),
    }
}
