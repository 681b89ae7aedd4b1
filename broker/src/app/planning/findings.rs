//! What is wrong with a rota, beside what is published of all others, and what was done beside the plan.

use super::wire;
use crate::app::{
    App, Result,
    directory::{Directory, Person, ServiceEntry},
    log::pass_over,
};
use crate::domain::{
    consult::Side,
    directory::Actor,
    rota::{self, Away, Conflict, ConflictKind, Planned, Rota, Stretch, Stretches},
};
use schemas::{
    PersonId, ServiceId, UnixMillis,
    directory::{DutyLevel, Role},
    rota::RotaConflict,
};
use std::collections::{BTreeMap, BTreeSet};

/// Conflicts that are shown at once. More is a plan that was not begun; how many are left out is said.
pub(super) const CONFLICTS: usize = 500;
/// How far before what is checked work may have ended that one has to rest from: two days.
const LEAD_IN_SECONDS: i64 = 2 * 86_400;
/// Call-outs that are looked at: of the last days. Rest after earlier ones is over.
const CALLED_OUT_SECONDS: i64 = 4 * 86_400;
/// Consults in these days. More than any network has.
const CALL_OUTS: u32 = 2000;

/// When each was in a consult lately: work, whatever kind of duty they had.
pub(in crate::app) type CalledOut = BTreeMap<PersonId, Stretches>;

impl App {
    /// Times that specialists spent in the rooms of the last days.
    pub(in crate::app) async fn called_out(&self, now: UnixMillis) -> Result<CalledOut> {
        let since = now.plus_seconds(-CALLED_OUT_SECONDS);
        let mut times: BTreeMap<PersonId, Vec<Stretch>> = BTreeMap::new();
        for row in self.repo.consults_since(since.0, CALL_OUTS).await? {
            let Some(consult) = pass_over(self.state_of(&row).await)? else { continue };
            let stays = consult.stays.iter().filter(|stay| stay.side == Side::Specialist);
            for stay in stays {
                times.entry(stay.person).or_default().push((stay.from, stay.until.unwrap_or(now)));
            }
        }
        Ok(times.into_iter().map(|(person, times)| (person, times.into_iter().collect())).collect())
    }
}

/// What is wrong with `rota` as the rota of the service, beside what is published of all others.
pub(in crate::app) fn found(
    directory: &Directory,
    called_out: &CalledOut,
    entry: &ServiceEntry,
    rota: &Rota,
    span: Stretch,
) -> Vec<Conflict> {
    let id = entry.service.id;
    let own = planned(directory, id, rota, span);
    let people: BTreeSet<PersonId> = own.written.iter().map(|shift| shift.person).collect();
    // Of the others only who could be on two duties at once.
    let others = directory.services.values().filter(|other| other.service.id != id).filter_map(|other| {
        let rota = other.rota.as_ref()?;
        let is_shared = rota.people().any(|person| people.contains(&person));
        is_shared.then(|| Planned { needs: vec![], ..planned(directory, other.service.id, rota, span) })
    });
    let plans: Vec<Planned> = std::iter::once(own).chain(others).collect();
    let fitness = |service: ServiceId, person: PersonId| directory.fitness(service, person);
    let found = rota::conflicts(&plans, called_out, &fitness, span);
    found.into_iter().filter_map(|conflict| seen_from(id, conflict)).collect()
}

/// The first of them, and how many more there are.
pub(super) fn shown(directory: &Directory, actor: &Actor, found: &[Conflict]) -> (Vec<RotaConflict>, u32) {
    let shown = found.iter().take(CONFLICTS).map(|of| wire::conflict(directory, actor, of)).collect();
    (shown, u32::try_from(found.len().saturating_sub(CONFLICTS)).unwrap_or(u32::MAX))
}

/// A conflict of the service; the other duty is the one of the other service.
fn seen_from(id: ServiceId, conflict: Conflict) -> Option<Conflict> {
    match conflict.kind {
        _ if conflict.service == id => Some(conflict),
        ConflictKind::DoubleBooked { with, level } if with == id => Some(Conflict {
            service: id,
            level,
            kind: ConflictKind::DoubleBooked { with: conflict.service, level: conflict.level },
            ..conflict
        }),
        // Too little rest after a duty of ours is ours to see, too.
        ConflictKind::Rest { missing, after: Some((of, level)) } if of == id => Some(Conflict {
            service: id,
            level,
            kind: ConflictKind::Rest { missing, after: Some((conflict.service, conflict.level)) },
            ..conflict
        }),
        _ => None,
    }
}

/// First duty has to be covered in any case; another level where a layer of it runs, and else from the first to the last
/// of what was planned for it by hand.
fn planned(directory: &Directory, service: ServiceId, rota: &Rota, (from, until): Stretch) -> Planned {
    let needs = DutyLevel::ALL.into_iter().filter_map(|level| {
        let runs = rota.layers.iter().any(|layer| {
            let has_begun = rota.zone.begin(layer.start) < until;
            layer.level == level
                && !layer.people.is_empty()
                && has_begun
                && layer.end.is_none_or(|end| rota.zone.end(end) > from)
        });
        if level == DutyLevel::Primary || runs {
            return Some((level, (from, until)));
        }
        let fixed = rota.temporaries.iter().filter(|t| t.level == level).map(|t| (t.from, t.until));
        let overrides = rota.overrides.iter().filter(|o| o.level == level).map(|o| (o.from, o.until));
        let (begins, ends): (Vec<_>, Vec<_>) = fixed.chain(overrides).unzip();
        let first = rota.zone.begin(begins.into_iter().min()?).max(from);
        let last = rota.zone.end(ends.into_iter().max()?).min(until);
        (first < last).then_some((level, (first, last)))
    });
    let before = from.plus_seconds(-LEAD_IN_SECONDS);
    Planned {
        service,
        needs: needs.collect(),
        written: rota::shifts(rota, &Away::new(), before, until),
        shifts: rota::shifts(rota, &directory.away, before, until),
    }
}

pub(in crate::app) fn is_plannable(person: &Person, entry: &ServiceEntry) -> bool {
    person.row.active
        && person.actor.has_role(Role::Specialist)
        && person.actor.networks.contains(&entry.service.network_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_other_duty_is_the_one_of_the_other_service_whichever_begins_later() {
        let [ours, other, third] = [1, 2, 3].map(|n| ServiceId(Uuid::from_u128(n)));
        let found = |service, level, with, with_level| Conflict {
            from: UnixMillis(0),
            until: UnixMillis(1),
            service,
            level,
            person: None,
            kind: ConflictKind::DoubleBooked { with, level: with_level },
        };
        let (first, second) = (DutyLevel::Primary, DutyLevel::Secondary);
        let seen = found(ours, first, other, second);
        assert_eq!(seen_from(ours, seen.clone()), Some(seen.clone()));
        assert_eq!(seen_from(ours, found(other, second, ours, first)), Some(seen));
        assert_eq!(seen_from(ours, found(other, second, third, first)), None);
        let rest = |service, level, after| Conflict {
            kind: ConflictKind::Rest { missing: 60, after: Some(after) },
            ..found(service, level, third, first)
        };
        let seen = seen_from(ours, rest(other, second, (ours, first)));
        assert_eq!(seen, Some(rest(ours, first, (other, second))), "rest after our duty, before theirs");
        assert_eq!(seen_from(ours, rest(other, second, (third, first))), None);
    }
}
