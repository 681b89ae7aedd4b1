//! From the events of a calendar to the absences of people.

use super::events::Away;
use crate::app::{
    directory::{Directory, Person},
    ports::AbsenceRow,
};
use crate::domain::rota::Zone;
use schemas::{FeedId, NetworkId, PersonId, UnixMillis, directory::Role, feeds::FeedFault};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Absences of one person from one calendar.
const MOST: usize = 100;
/// Names that nobody bears are listed up to this number.
const UNKNOWN: usize = 50;

/// Whose absences a calendar holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    Person(PersonId),
    /// Specialists of this network.
    Network(NetworkId),
}

/// What a calendar would write down.
pub(super) struct Import {
    pub(super) rows: Vec<AbsenceRow>,
    pub(super) unknown: Vec<String>,
}

/// What a write of it would do.
pub(super) struct Difference {
    pub(super) new: Vec<AbsenceRow>,
    pub(super) changed: Vec<AbsenceRow>,
    pub(super) gone: Vec<Uuid>,
}

pub(super) struct Source<'a> {
    pub(super) feed: FeedId,
    pub(super) whose: Whose,
    pub(super) kind: &'a str,
    pub(super) zone: &'a Zone,
    pub(super) author: PersonId,
}

/// # Errors
/// More absences of one person than anybody plans.
pub(super) fn import(
    directory: &Directory,
    source: &Source<'_>,
    events: &[Away],
    now: UnixMillis,
) -> Result<Import, FeedFault> {
    let mut rows = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    let mut count: BTreeMap<PersonId, usize> = BTreeMap::new();
    for event in events {
        let people = match source.whose {
            Whose::Person(person) => vec![person],
            Whose::Network(network) => whose(directory, network, event, &mut unknown),
        };
        for person in people {
            let count = count.entry(person).or_default();
            *count += 1;
            if *count > MOST {
                return Err(FeedFault::TooMany);
            }
            let id = id(source.feed, person, &event.key);
            let row = AbsenceRow {
                id,
                person_id: person.0,
                kind: source.kind.to_owned(),
                zone: source.zone.name().to_owned(),
                from: event.from.to_string(),
                until: event.until.to_string(),
                author: source.author.0,
                written_at: now.0,
                feed_id: Some(source.feed.0),
            };
            rows.insert(id, row);
        }
    }
    Ok(Import { rows: rows.into_values().collect(), unknown: unknown.into_iter().take(UNKNOWN).collect() })
}

/// What of `wished` is not stored yet, and what is stored of the feed and not wished any more. What has ended stays.
pub(super) fn difference(
    stored: &[AbsenceRow],
    wished: &[AbsenceRow],
    feed: FeedId,
    has_ended: impl Fn(&AbsenceRow) -> bool,
) -> Difference {
    let known: BTreeMap<Uuid, &AbsenceRow> =
        stored.iter().filter(|row| row.feed_id == Some(feed.0)).map(|row| (row.id, row)).collect();
    let (mut new, mut changed) = (vec![], vec![]);
    for row in wished {
        match known.get(&row.id) {
            None => new.push(row.clone()),
            Some(old)
                if (&old.from, &old.until, &old.kind, &old.zone) != (&row.from, &row.until, &row.kind, &row.zone) =>
            {
                changed.push(row.clone());
            }
            Some(_) => {}
        }
    }
    let wished: BTreeSet<Uuid> = wished.iter().map(|row| row.id).collect();
    let gone = known.values().filter(|row| !wished.contains(&row.id) && !has_ended(row)).map(|row| row.id).collect();
    Difference { new, changed, gone }
}

/// The person by an attendee's address, or else by the name in the summary. Whoever cannot be told is unknown: their
/// absence is said to be missing, and nobody is on duty by mistake without anybody knowing.
fn whose(directory: &Directory, network: NetworkId, event: &Away, unknown: &mut BTreeSet<String>) -> Vec<PersonId> {
    let team: Vec<&Person> = directory
        .people
        .values()
        .filter(|of| of.row.active && of.actor.has_role(Role::Specialist) && of.actor.networks.contains(&network))
        .collect();
    if !event.attendees.is_empty() {
        let mut people = Vec::new();
        for address in &event.attendees {
            match team.iter().find(|of| of.row.email == *address) {
                Some(of) => people.push(of.refer.id),
                None => drop(unknown.insert(address.clone())),
            }
        }
        return people;
    }
    let said = words(&event.summary);
    let named: Vec<PersonId> = team
        .iter()
        .filter(|of| {
            let name = words(&of.row.name);
            !name.is_empty() && said.windows(name.len()).any(|part| part == name)
        })
        .map(|of| of.refer.id)
        .collect();
    if named.len() == 1 {
        return named;
    }
    let name = if event.summary.is_empty() { "–" } else { &event.summary };
    unknown.insert(name.chars().take(80).collect());
    vec![]
}

/// Words of a name without titles, in lower case.
fn words(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase);
    words.filter(|word| !["dr", "prof", "med", "pd", "univ", "habil", "phd", "md"].contains(&word.as_str())).collect()
}

fn id(feed: FeedId, person: PersonId, key: &str) -> Uuid {
    let digest = Sha256::digest(format!("{feed} {person} {key}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn titles_are_no_part_of_a_name() {
        assert_eq!(words("Dr. med. Miriam Nowak"), ["miriam", "nowak"]);
        assert_eq!(words("Urlaub: Nowak, Miriam"), ["urlaub", "nowak", "miriam"]);
        assert_eq!(words("Prof. Dr."), [""; 0]);
    }
}
