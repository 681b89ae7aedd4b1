//! What the past says of those who are on duty: how fast they answer, and from what they have to rest.

use crate::app::{
    App, Result,
    directory::{Directory, ServiceEntry},
    ports::{AnswerTimeRow, StayRow},
};
use crate::domain::{
    matching::REST_SECONDS,
    rota::{self, Shift, Stretches},
};
use schemas::{PersonId, UnixMillis};
use std::collections::{BTreeMap, BTreeSet};

/// Answers that count. More remembers somebody as slow who has another telephone by now; less has too few of them.
const ANSWERS_SECONDS: i64 = 90 * 86_400;
/// Longest stay in a room that is looked for.
const STAY_SECONDS: i64 = 24 * 3600;

#[derive(Default)]
pub(super) struct Past {
    /// Median, in seconds.
    pub(super) answers: BTreeMap<PersonId, u32>,
    /// End of the rest after a call-out.
    pub(super) rests: BTreeMap<PersonId, UnixMillis>,
}

impl App {
    /// `on`: who is on duty for that service at `now`.
    pub(super) async fn past(
        &self,
        directory: &Directory,
        entry: &ServiceEntry,
        on: &[Shift],
        now: UnixMillis,
    ) -> Result<Past> {
        let people: BTreeSet<PersonId> = on.iter().map(|shift| shift.person).collect();
        if people.is_empty() {
            return Ok(Past::default());
        }
        let ids: Vec<_> = people.iter().map(|person| person.0).collect();
        let since = now.plus_seconds(-ANSWERS_SECONDS).0;
        let answers = medians(&self.repo.answer_times(entry.service.id.0, &ids, since).await?);
        let called = self.in_rooms(&people, now.plus_seconds(-REST_SECONDS), now).await?;
        let rests = called.iter().filter_map(|(person, work)| {
            let ended = work.iter().last()?.1;
            // Whoever is still inside is busy; a rest comes later.
            let is_over = ended < now && !was_on_all_the_time(directory, *person, ended, now);
            is_over.then(|| (*person, ended.plus_seconds(REST_SECONDS)))
        });
        Ok(Past { answers, rests: rests.collect() })
    }

    /// When these people were in rooms since then; who is inside now, until now.
    pub(in crate::app) async fn in_rooms(
        &self,
        people: &BTreeSet<PersonId>,
        since: UnixMillis,
        now: UnixMillis,
    ) -> Result<BTreeMap<PersonId, Stretches>> {
        let ids: Vec<_> = people.iter().map(|person| person.0).collect();
        // A stay that ended since then began before.
        let rows = self.repo.room_stays(&ids, since.plus_seconds(-STAY_SECONDS).0).await?;
        let mut called = stays(&rows, now);
        for work in called.values_mut() {
            *work = work.within((since, UnixMillis(i64::MAX))).collect();
        }
        called.retain(|_, work| !work.is_empty());
        Ok(called)
    }
}

/// A call-out within a duty does not end it (§ 5 Abs. 3 ArbZG): rest is what lies between two.
fn was_on_all_the_time(directory: &Directory, person: PersonId, from: UnixMillis, now: UnixMillis) -> bool {
    let rotas = directory.services.values().filter_map(|entry| entry.rota.as_ref());
    let duty: Stretches = rotas
        .filter(|rota| rota.people().any(|one| one == person))
        .flat_map(|rota| rota::shifts(rota, &directory.away, from, now))
        .filter(|shift| shift.person == person)
        .map(|shift| shift.stretch())
        .collect();
    duty.outside((from, now)).next().is_none()
}

/// `rows` by person and time. A stay that has no beginning among them is left out: it is older.
fn stays(rows: &[StayRow], now: UnixMillis) -> BTreeMap<PersonId, Stretches> {
    let mut inside: BTreeMap<_, i64> = BTreeMap::new();
    let mut parts: BTreeMap<PersonId, Vec<_>> = BTreeMap::new();
    for row in rows {
        let key = (row.person_id, row.consult_id);
        if row.came {
            inside.entry(key).or_insert(row.at);
        } else if let Some(from) = inside.remove(&key) {
            parts.entry(PersonId(row.person_id)).or_default().push((UnixMillis(from), UnixMillis(row.at)));
        }
    }
    for ((person, _), from) in inside {
        parts.entry(PersonId(person)).or_default().push((UnixMillis(from), now));
    }
    parts.into_iter().map(|(person, parts)| (person, parts.into_iter().collect())).collect()
}

/// `rows` by person, the fastest first. Of an even number the slower of the two in the middle.
fn medians(rows: &[AnswerTimeRow]) -> BTreeMap<PersonId, u32> {
    let of_each = rows.chunk_by(|one, other| one.person_id == other.person_id);
    let median = |rows: &[AnswerTimeRow]| {
        let middle = rows[rows.len() / 2];
        (PersonId(middle.person_id), u32::try_from(middle.took.max(0) / 1000).unwrap_or(u32::MAX))
    };
    of_each.map(median).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    #[test]
    fn the_median_is_of_each_person_and_no_single_slow_night() {
        let row = |n, took| AnswerTimeRow { person_id: Uuid::from_u128(n), took };
        let rows = [row(1, 9_000), row(1, 20_000), row(1, 900_000), row(2, -5), row(3, 1_999), row(3, 4_000)];
        let medians = medians(&rows);
        let of = |n| medians.get(&PersonId(Uuid::from_u128(n))).copied();
        assert_eq!([of(1), of(2), of(3), of(4)], [Some(20), Some(0), Some(4), None]);
    }

    #[test]
    fn stays_pair_by_consult_and_whoever_is_inside_is_inside_until_now() {
        let row = |person, consult, came, at| StayRow {
            person_id: Uuid::from_u128(person),
            consult_id: Uuid::from_u128(consult),
            came,
            at,
        };
        let rows = [
            row(1, 7, false, 5),
            row(1, 7, true, 10),
            row(1, 8, true, 20),
            row(1, 7, false, 30),
            row(1, 8, false, 40),
            row(2, 9, true, 50),
        ];
        let stays = stays(&rows, NOW);
        let of = |n| stays[&PersonId(Uuid::from_u128(n))].iter().map(|(a, b)| (a.0, b.0)).collect::<Vec<_>>();
        assert_eq!((of(1), of(2)), (vec![(10, 40)], vec![(50, NOW.0)]));
    }
}
