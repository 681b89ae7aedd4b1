//! What a change to a rota means to each person, and the hand-overs that result.

use super::{Rota, Shift, Stretches};
use schemas::{
    PersonId, UnixMillis,
    directory::{DutyKind, DutyLevel},
};
use std::collections::{BTreeMap, BTreeSet};

/// What one person is told: stretches of duty that are new, and such that are no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub person: PersonId,
    pub level: DutyLevel,
    pub kind: DutyKind,
    pub gained: Stretches,
    pub lost: Stretches,
}

/// Who of the people on either schedule has something else than before. Both are of the same service and interval.
pub fn changes(before: &[Shift], after: &[Shift]) -> Vec<Change> {
    let (before, after) = (by_duty(before), by_duty(after));
    let duties: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    let none = Stretches::default();
    let changes = duties.into_iter().map(|duty| {
        let (old, new) = (before.get(&duty).unwrap_or(&none), after.get(&duty).unwrap_or(&none));
        let (person, level, kind) = duty;
        Change { person, level, kind, gained: new.minus(old), lost: old.minus(new) }
    });
    changes.filter(|change| !change.gained.is_empty() || !change.lost.is_empty()).collect()
}

/// When the last of what only one of the rotas has ends, or begins if it never ends. Layers and lists are compared from
/// where they part, since their order counts. `None`: they are equal.
pub fn last_difference(before: Option<&Rota>, after: &Rota) -> Option<UnixMillis> {
    let Some(before) = before else {
        let nothing = Rota { layers: vec![], temporaries: vec![], overrides: vec![], ..after.clone() };
        return last_difference(Some(&nothing), after);
    };
    if (&before.zone, before.land) != (&after.zone, after.land) {
        return Some(UnixMillis(i64::MAX));
    }
    let layers = apart(&before.layers, &after.layers).map(|layer| layer.end.unwrap_or(layer.start));
    let temporaries = apart(&before.temporaries, &after.temporaries).map(|temporary| temporary.until);
    let overrides = apart(&before.overrides, &after.overrides).map(|o| o.until);
    layers.chain(temporaries).chain(overrides).max().map(|wall| after.zone.end(wall))
}

fn apart<'a, T: PartialEq>(a: &'a [T], b: &'a [T]) -> impl Iterator<Item = &'a T> {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    a[same..].iter().chain(&b[same..])
}

fn by_duty(shifts: &[Shift]) -> BTreeMap<(PersonId, DutyLevel, DutyKind), Stretches> {
    let mut parts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for shift in shifts {
        parts.entry((shift.person, shift.level, shift.kind)).or_default().push(shift.stretch());
    }
    parts.into_iter().map(|(duty, stretches)| (duty, stretches.into_iter().collect())).collect()
}

/// A moment at which other people are on duty than before. Nobody before: a gap ends; nobody after: one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    pub at: UnixMillis,
    pub level: DutyLevel,
    pub before: BTreeSet<PersonId>,
    pub after: BTreeSet<PersonId>,
}

/// Hand-overs of one level after `from`, in order, as far as `shifts` reach.
pub fn hand_overs(shifts: &[Shift], level: DutyLevel, from: UnixMillis, until: UnixMillis) -> Vec<HandOver> {
    let shifts: Vec<&Shift> = shifts.iter().filter(|shift| shift.level == level).collect();
    let moments: BTreeSet<UnixMillis> =
        shifts.iter().flat_map(|shift| [shift.from, shift.until]).filter(|at| *at > from && *at < until).collect();
    let on = |at: UnixMillis| shifts.iter().filter(|s| s.covers(at)).map(|s| s.person).collect::<BTreeSet<_>>();
    let mut result = Vec::new();
    let mut before = on(from);
    for at in moments {
        let after = on(at);
        if after != before {
            result.push(HandOver { at, level, before: std::mem::replace(&mut before, after.clone()), after });
        }
    }
    result
}
