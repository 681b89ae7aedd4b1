//! Weekly turns, as an administrator sees a rota, and the escalation that every new service begins with.

use crate::app::ports::PolicyRow;
use crate::domain::rota::{Layer, Rota, Turn, Zone};
use jiff::{
    Span,
    civil::{DateTime, Weekday},
};
use schemas::{
    PersonId, UnixMillis,
    admin::Turns,
    directory::{
        DutyKind,
        DutyLevel::{self, Primary, Secondary},
    },
    policy::Policies,
};
use uuid::Uuid;

/// Hand-over in the morning.
const HAND_OVER_HOUR: i8 = 8;

/// The escalation of a new service, as a row.
pub(crate) fn standard_policies(service_id: Uuid) -> PolicyRow {
    // Plain enums and numbers: cannot fail.
    let body = serde_json::to_string(&Policies::default()).unwrap_or_default();
    PolicyRow { service_id, body, ..PolicyRow::default() }
}

/// People who take a week each; the first one's week begins at `start`.
pub(crate) fn weekly(level: DutyLevel, people: &[PersonId], start: DateTime) -> Layer {
    Layer {
        level,
        kind: DutyKind::OnCall,
        people: people.to_vec(),
        start,
        end: None,
        turn: Turn::Weeks(1),
        windows: vec![],
    }
}

/// The last Monday's hand-over at or before now: who comes first in a weekly layer is on duty now.
pub(crate) fn last_monday(zone: &Zone, now: UnixMillis) -> DateTime {
    let wall = zone.wall(now);
    let days = i64::from(wall.weekday().since(Weekday::Monday));
    let morning = wall.date().saturating_sub(Span::new().days(days)).at(HAND_OVER_HOUR, 0, 0, 0);
    // Monday before eight: the week before still runs.
    if morning > wall { morning.saturating_sub(Span::new().days(7)) } else { morning }
}

/// A stored rota as turns. What is more than weekly turns shows its people and is marked at either level, also where it
/// has no layer: it is not written here.
pub(super) fn of_rota(rota: &Rota) -> Vec<Turns> {
    let is_whole_rota = is_weekly(rota);
    [Primary, Secondary]
        .into_iter()
        .filter(|level| !is_whole_rota || rota.layers.iter().any(|layer| layer.level == *level))
        .map(|level| {
            let mut people = Vec::new();
            for person in rota.layers.iter().filter(|layer| layer.level == level).flat_map(|layer| &layer.people) {
                if is_whole_rota || !people.contains(person) {
                    people.push(*person);
                }
            }
            Turns { level, people, is_whole_rota }
        })
        .collect()
}

/// The rota with these turns; `None`: nothing about it changes. A level that is not given stays as it is. A rota that is
/// more than turns ([`is_weekly`]) has to be given none.
pub(super) fn to_rota(stored: Option<Rota>, turns: &[Turns], zone: &Zone, now: UnixMillis) -> Option<Rota> {
    let moved = stored.as_ref().is_some_and(|rota| rota.zone != *zone);
    let written: Vec<&Turns> = turns.iter().filter(|turns| turns.is_whole_rota).collect();
    if written.is_empty() {
        return stored.filter(|_| moved).map(|rota| Rota { zone: zone.clone(), ..rota });
    }
    let before = stored.as_ref().map_or(&[][..], |rota| &rota.layers[..]);
    let layers = [Primary, Secondary]
        .into_iter()
        .filter_map(|level| {
            let old = before.iter().find(|layer| layer.level == level);
            match written.iter().find(|turns| turns.level == level) {
                None => old.cloned(),
                Some(turns) if turns.people.is_empty() => None,
                // The same people: whose week it is stays as well.
                Some(turns) if old.is_some_and(|layer| layer.people == turns.people) => old.cloned(),
                Some(turns) => Some(weekly(level, &turns.people, last_monday(zone, now))),
            }
        })
        .collect();
    let land = stored.as_ref().and_then(|rota| rota.land);
    let rota = Rota { zone: zone.clone(), land, layers, temporaries: vec![], overrides: vec![] };
    (stored.as_ref() != Some(&rota)).then_some(rota)
}

/// Nothing but one layer of weeks for a level, handed over on Monday mornings.
pub(super) fn is_weekly(rota: &Rota) -> bool {
    let plain = |layer: &Layer| {
        layer.turn == Turn::Weeks(1)
            && layer.end.is_none()
            && layer.windows.is_empty()
            && layer.kind == DutyKind::OnCall
            && layer.level != DutyLevel::Backup
            && layer.start.weekday() == Weekday::Monday
            && layer.start.time() == jiff::civil::time(HAND_OVER_HOUR, 0, 0, 0)
    };
    let once = |level| rota.layers.iter().filter(|layer| layer.level == level).count() <= 1;
    rota.overrides.is_empty()
        && rota.temporaries.is_empty()
        && rota.layers.iter().all(plain)
        && once(Primary)
        && once(Secondary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rota::{Away, Override, who_is_on};

    const NOW: UnixMillis = UnixMillis(1_798_000_000_000);
    const WEEK: i64 = 7 * 24 * 3600;

    fn zone() -> Zone {
        "Europe/Berlin".parse().unwrap()
    }

    fn people<const N: usize>() -> [PersonId; N] {
        std::array::from_fn(|n| PersonId(Uuid::from_u128(n as u128 + 1)))
    }

    fn turns(level: DutyLevel, people: &[PersonId]) -> Turns {
        Turns { level, people: people.to_vec(), is_whole_rota: true }
    }

    fn on(rota: &Rota, level: DutyLevel, at: UnixMillis) -> Option<PersonId> {
        who_is_on(rota, &Away::new(), at).iter().find(|shift| shift.level == level).map(|shift| shift.person)
    }

    #[test]
    fn the_first_of_the_turns_is_on_duty_now_and_the_next_a_week_later() {
        let [a, b, c] = people();
        let rota = to_rota(None, &[turns(Primary, &[a, b]), turns(Secondary, &[c])], &zone(), NOW).unwrap();
        assert_eq!((on(&rota, Primary, NOW), on(&rota, Secondary, NOW)), (Some(a), Some(c)));
        assert_eq!(on(&rota, Primary, NOW.plus_seconds(WEEK)), Some(b));
        assert_eq!(of_rota(&rota), [turns(Primary, &[a, b]), turns(Secondary, &[c])]);
    }

    #[test]
    fn writing_the_same_again_in_another_week_changes_nobodys_week() {
        let [a, b, c] = people();
        let rota = to_rota(None, &[turns(Primary, &[a, b])], &zone(), NOW).unwrap();
        let later = NOW.plus_seconds(WEEK);
        assert_eq!(to_rota(Some(rota.clone()), &of_rota(&rota), &zone(), later), None);
        let more = to_rota(Some(rota), &[turns(Secondary, &[c])], &zone(), later).unwrap();
        assert_eq!((on(&more, Primary, later), on(&more, Secondary, later)), (Some(b), Some(c)));
    }

    #[test]
    fn a_rota_that_is_more_than_turns_is_shown_marked_and_kept() {
        let [a, b] = people();
        let mut rota = to_rota(None, &[turns(Primary, &[a, b, a])], &zone(), NOW).unwrap();
        let wall = zone().wall(NOW);
        rota.overrides.push(Override {
            level: Primary,
            person: b,
            from: wall,
            until: wall.saturating_add(Span::new().days(1)),
            swap: None,
        });
        let shown = of_rota(&rota);
        let marked = |level, people| Turns { level, people, is_whole_rota: false };
        assert_eq!(shown, [marked(Primary, vec![a, b]), marked(Secondary, vec![])]);
        let by_hand = Rota { layers: vec![], ..rota.clone() };
        assert_eq!(of_rota(&by_hand), [marked(Primary, vec![]), marked(Secondary, vec![])]);
        assert_eq!(to_rota(Some(rota.clone()), &shown, &zone(), NOW), None);
        assert_eq!(to_rota(Some(rota.clone()), &[], &zone(), NOW), None);
        let london: Zone = "Europe/London".parse().unwrap();
        let moved = to_rota(Some(rota.clone()), &shown, &london, NOW).unwrap();
        assert_eq!((moved.zone, moved.overrides.len()), (london, 1));
        assert!(!is_weekly(&rota) && !is_weekly(&by_hand));
    }

    #[test]
    fn nobody_is_somebody_to_write_down() {
        let [a] = people();
        let rota = to_rota(None, &[turns(Primary, &[a])], &zone(), NOW).unwrap();
        let emptied = to_rota(Some(rota), &[turns(Primary, &[])], &zone(), NOW).unwrap();
        assert_eq!((on(&emptied, Primary, NOW), of_rota(&emptied).len()), (None, 0));
    }
}
