//! Calendars of absences: looked at before, and written down.

use super::{
    events,
    import::{Difference, Import, Source, Whose, difference, import},
};
use crate::app::{
    App, Error, Result,
    directory::{Directory, named},
    planning::told_of_absences,
    ports::{AbsenceRow, DirectoryRows, DirectoryWrite, FeedRow, FetchError},
    require,
    validate::{self, name_of},
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::Zone,
};
use jiff::civil::DateTime;
use schemas::{
    FeedId, NetworkId, PersonId, UnixMillis,
    directory::Role,
    feeds::{Feed, FeedAbsence, FeedEffect, FeedFault, FeedSource, PutFeed},
};

/// How often a feed is read: 15 minutes. Less asks other people's servers more often.
pub(super) const EVERY_SECONDS: i64 = 15 * 60;
/// Largest calendar in bytes.
const LARGEST: usize = 2 << 20;
/// How far ahead absences are written down: 400 days.
const AHEAD_SECONDS: i64 = 400 * 86_400;
/// Absences that are shown before an import.
const EXAMPLES: usize = 20;
/// Feeds of one person.
const MOST: usize = 20;

impl App {
    /// What an import would do. Nothing is written.
    pub async fn preview_feed(&self, actor: &Actor, id: FeedId, wish: &PutFeed) -> Result<FeedEffect> {
        let (zone, whose) = self.checked(actor, wish).await?;
        let events = match self.events_of(&wish.source, &zone).await {
            Ok(events) => events,
            Err(fault) => return Ok(FeedEffect { fault: Some(fault), ..FeedEffect::default() }),
        };
        let rows = self.repo.directory().await?;
        let directory = Directory::from_rows(rows.clone());
        let kind = name_of(&wish.kind);
        let source = Source { feed: id, whose, kind: &kind, zone: &zone, author: actor.person_id };
        let now = self.now();
        Ok(match import(&directory, &source, &events, now) {
            Err(fault) => FeedEffect { fault: Some(fault), ..FeedEffect::default() },
            Ok(import) => {
                let difference = difference(&rows.absences, &import.rows, id, |row| has_ended(row, now));
                effect(&directory, &import, &difference)
            }
        })
    }

    /// Reads a calendar and keeps its absences; one with an address is read again every 15 minutes. The answer says what was
    /// done, or why nothing was.
    pub async fn put_feed(&self, actor: &Actor, id: FeedId, wish: &PutFeed) -> Result<FeedEffect> {
        let (zone, whose) = self.checked(actor, wish).await?;
        let known = self.repo.feeds().await?;
        if known.iter().any(|row| row.id == id.0 && (row.author != actor.person_id.0 || whose_of(row) != Some(whose))) {
            return Err(Error::Conflict("this id was used for something else"));
        }
        if known.iter().filter(|row| row.author == actor.person_id.0 && row.id != id.0).count() >= MOST {
            return Err(Error::Conflict("there are many calendars already: delete some"));
        }
        let events = match self.events_of(&wish.source, &zone).await {
            Ok(events) => events,
            Err(fault) => return Ok(FeedEffect { fault: Some(fault), ..FeedEffect::default() }),
        };
        let now = self.now();
        let url = match &wish.source {
            FeedSource::Url { url } => Some(url.0.trim().to_owned()),
            FeedSource::File { .. } => None,
        };
        let feed = FeedRow {
            id: id.0,
            author: actor.person_id.0,
            person_id: wish.person.map(|person| person.0),
            network_id: wish.network.map(|network| network.0),
            kind: name_of(&wish.kind),
            label: wish.label.trim().to_owned(),
            due_at: url.as_ref().map(|_| now.plus_seconds(EVERY_SECONDS).0),
            url,
            zone: zone.name().to_owned(),
            read_at: Some(now.0),
            failed_at: None,
            fault: None,
            unknown: vec![],
        };
        let effect = self.keep_feed(&feed, actor, &events, true).await?;
        tracing::info!(by = %actor.person_id, feed = %id, "a calendar of absences is kept");
        Ok(effect)
    }

    /// The caller's own, and those of networks that the caller coordinates.
    pub async fn feeds(&self, actor: &Actor) -> Result<Vec<Feed>> {
        require(may(actor, None, Permission::KeepAbsences))?;
        let rows = self.repo.directory().await?;
        let directory = Directory::from_rows(rows.clone());
        let feeds = self.repo.feeds().await?.into_iter().filter(|row| may_keep(&directory, actor, row));
        let feed = |row: FeedRow| {
            Some(Feed {
                id: FeedId(row.id),
                person: row.person_id.map(|person| directory.person_ref(PersonId(person))),
                network: row.network_id.map(NetworkId),
                kind: named(&row.kind)?,
                host: row.url.as_deref().map(host),
                label: row.label,
                zone: row.zone,
                author: directory.person_ref(PersonId(row.author)),
                read_at: row.read_at.map(UnixMillis),
                failed_at: row.failed_at.map(UnixMillis),
                fault: row.fault.as_deref().and_then(named),
                unknown: row.unknown,
                absences: u32::try_from(rows.absences.iter().filter(|of| of.feed_id == Some(row.id)).count()).ok()?,
            })
        };
        Ok(feeds.filter_map(feed).collect())
    }

    /// Takes a calendar away with all that came from it and has not ended.
    pub async fn delete_feed(&self, actor: &Actor, id: FeedId) -> Result<()> {
        require(may(actor, None, Permission::KeepAbsences))?;
        let now = self.now();
        let feeds = self.repo.feeds().await?;
        let feed = feeds.iter().find(|row| row.id == id.0).ok_or(Error::NotFound)?;
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            if !may_keep(&directory, actor, feed) {
                return Err(Error::NotFound);
            }
            let difference = difference(&rows.absences, &[], id, |row| has_ended(row, now));
            let write =
                DirectoryWrite { no_feeds: vec![id.0], no_absences: difference.gone, ..DirectoryWrite::default() };
            told_of_absences(rows, write, actor, now)
        })
        .await
    }

    pub(super) async fn events_of(
        &self,
        source: &FeedSource,
        zone: &Zone,
    ) -> std::result::Result<Vec<events::Away>, FeedFault> {
        let now = self.now();
        let text = match source {
            FeedSource::File { text } => text.0.clone(),
            FeedSource::Url { url } => {
                // `webcal:` is a calendar over HTTPS by its usual meaning.
                let url = url.0.trim();
                let url =
                    url.strip_prefix("webcal://").map_or_else(|| url.to_owned(), |rest| format!("https://{rest}"));
                let bytes = self.fetch.fetch(&url, LARGEST).await.map_err(|error| match error {
                    FetchError::NotAllowed | FetchError::NotAnAddress => FeedFault::NotAllowed,
                    FetchError::TooLarge(_) => FeedFault::TooLarge,
                    FetchError::Status(_) | FetchError::Unreachable => FeedFault::Unreachable,
                })?;
                String::from_utf8(bytes).map_err(|_| FeedFault::NotACalendar)?
            }
        };
        let (zone, span) = (zone.clone(), (now, now.plus_seconds(AHEAD_SECONDS)));
        // A large one takes a while, and others wait for this thread.
        let read = tokio::task::spawn_blocking(move || events::read(&text, &zone, span));
        read.await.unwrap_or(Err(FeedFault::NotACalendar))
    }

    /// Writes the absences of a calendar, with the feed itself where `is_new`.
    pub(super) async fn keep_feed(
        &self,
        feed: &FeedRow,
        actor: &Actor,
        events: &[events::Away],
        is_new: bool,
    ) -> Result<FeedEffect> {
        let zone: Zone = feed.zone.parse().map_err(|_| Error::bug("a feed's zone", &feed.zone))?;
        let whose = whose_of(feed).ok_or(Error::NotFound)?;
        let id = FeedId(feed.id);
        let now = self.now();
        let source = Source { feed: id, whose, kind: &feed.kind, zone: &zone, author: actor.person_id };
        let kept = std::sync::Mutex::new(FeedEffect::default());
        let tell = |effect: FeedEffect| {
            *kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = effect;
        };
        self.change_directory(|rows: &DirectoryRows| {
            let directory = Directory::from_rows(rows.clone());
            let import = match import(&directory, &source, events, now) {
                Ok(import) => import,
                Err(fault) => {
                    tell(FeedEffect { fault: Some(fault), ..FeedEffect::default() });
                    return Ok(DirectoryWrite::default());
                }
            };
            let difference = difference(&rows.absences, &import.rows, id, |row| has_ended(row, now));
            tell(effect(&directory, &import, &difference));
            let feeds = if is_new { vec![FeedRow { unknown: import.unknown, ..feed.clone() }] } else { vec![] };
            let Difference { new, changed, gone } = difference;
            let absences = new.into_iter().chain(changed).collect();
            let write = DirectoryWrite { feeds, absences, no_absences: gone, ..DirectoryWrite::default() };
            told_of_absences(rows, write, actor, now)
        })
        .await?;
        Ok(kept.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    async fn checked(&self, actor: &Actor, wish: &PutFeed) -> Result<(Zone, Whose)> {
        require(may(actor, None, Permission::KeepAbsences))?;
        validate::name("label", &wish.label)?;
        let zone = wish.zone.parse().map_err(|_| Error::InvalidField("zone: is not an IANA time zone".to_owned()))?;
        let whose = match (wish.person, wish.network) {
            (Some(person), None) => Whose::Person(person),
            (None, Some(network)) => Whose::Network(network),
            _ => return Err(Error::InvalidField("person: one of person and network is wanted".to_owned())),
        };
        if keeps(&*self.directory().await?, actor, whose) { Ok((zone, whose)) } else { Err(Error::NotFound) }
    }
}

/// One's own, and for coordinators those of specialists of their networks.
fn keeps(directory: &Directory, actor: &Actor, whose: Whose) -> bool {
    match whose {
        Whose::Person(person) => directory.person(person).is_some_and(|of| {
            let is_coordinated = of.actor.networks.iter().any(|network| actor.coordinates(*network));
            of.actor.has_role(Role::Specialist) && (person == actor.person_id || is_coordinated)
        }),
        Whose::Network(network) => actor.coordinates(network),
    }
}

pub(super) fn may_keep(directory: &Directory, actor: &Actor, row: &FeedRow) -> bool {
    whose_of(row).is_some_and(|whose| keeps(directory, actor, whose))
}

fn whose_of(row: &FeedRow) -> Option<Whose> {
    match (row.person_id, row.network_id) {
        (Some(person), _) => Some(Whose::Person(PersonId(person))),
        (None, Some(network)) => Some(Whose::Network(NetworkId(network))),
        (None, None) => None,
    }
}

fn effect(directory: &Directory, import: &Import, difference: &Difference) -> FeedEffect {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let example = |row: &AbsenceRow| FeedAbsence {
        person: directory.person_ref(PersonId(row.person_id)),
        from: row.from.clone(),
        until: row.until.clone(),
    };
    let mut rows: Vec<&AbsenceRow> = import.rows.iter().collect();
    rows.sort_by(|a, b| (&a.from, a.person_id).cmp(&(&b.from, b.person_id)));
    FeedEffect {
        absences: count(import.rows.len()),
        new: count(difference.new.len()),
        changed: count(difference.changed.len()),
        gone: count(difference.gone.len()),
        unknown: import.unknown.clone(),
        examples: rows.into_iter().take(EXAMPLES).map(example).collect(),
        fault: None,
    }
}

fn has_ended(row: &AbsenceRow, now: UnixMillis) -> bool {
    let end = || Some((row.zone.parse::<Zone>().ok()?, row.until.parse::<DateTime>().ok()?));
    end().is_none_or(|(zone, until)| zone.end(until) <= now)
}

/// What is between the scheme and the path: the path may be a secret.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}
