//! What is wrong with a plan, before it is published and while it runs.

use super::{Shift, Stretch, Stretches};
use schemas::{
    PersonId, ServiceId, UnixMillis,
    directory::{DutyKind, DutyLevel},
};
use std::collections::{BTreeMap, BTreeSet};

/// Rest between work and work, § 5 Abs. 1 ArbZG: eleven hours.
pub const REST_SECONDS: i64 = 11 * 3600;

/// The schedule of one service over the time that is checked, and two days before it.
#[derive(Clone, Debug)]
pub struct Planned {
    pub service: ServiceId,
    /// Levels that have to be covered, and when.
    pub needs: Vec<(DutyLevel, Stretch)>,
    /// As written, whoever is away.
    pub written: Vec<Shift>,
    /// What counts: [`super::shifts`].
    pub shifts: Vec<Shift>,
}

/// What a person may do for a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fitness {
    pub is_qualified: bool,
    /// The house has a contract with somebody that this service answers.
    pub has_contract: bool,
    /// Qualification and licence end here, if they do.
    pub licensed_until: Option<UnixMillis>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    pub from: UnixMillis,
    pub until: UnixMillis,
    pub service: ServiceId,
    pub level: DutyLevel,
    /// Nobody for a gap.
    pub person: Option<PersonId>,
    pub kind: ConflictKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    Gap,
    /// Is away then: somebody weaker is on, or nobody.
    Absent,
    /// On two duties at once.
    DoubleBooked {
        with: ServiceId,
        level: DutyLevel,
    },
    Unqualified,
    LicenceEnded,
    NoContract,
    /// Begins at work less than eleven hours after the last work ended; the number is how many seconds are missing.
    Rest {
        missing: i64,
        /// The duty that ended then; absent: a call-out.
        after: Option<(ServiceId, DutyLevel)>,
    },
}

/// Everything that is wrong between `from` and `until`, in order, clipped to that. The plans begin earlier: a rest may have.
/// `called_out`: when each was at work although on call.
pub fn conflicts(
    plans: &[Planned],
    called_out: &BTreeMap<PersonId, Stretches>,
    fitness: &dyn Fn(ServiceId, PersonId) -> Fitness,
    span: Stretch,
) -> Vec<Conflict> {
    let mut found = Vec::new();
    for plan in plans {
        found.extend(gaps(plan));
        found.extend(absent(plan));
        found.extend(unfit(plan, fitness));
    }
    let mut by_person: BTreeMap<PersonId, Vec<(ServiceId, Shift)>> = BTreeMap::new();
    for plan in plans {
        for shift in &plan.shifts {
            by_person.entry(shift.person).or_default().push((plan.service, *shift));
        }
    }
    for (person, mut shifts) in by_person {
        shifts.sort_by_key(|(service, shift)| (shift.from, shift.until, *service, shift.level));
        found.extend(double_booked(&shifts));
        found.extend(without_rest(&shifts, called_out.get(&person)));
    }
    let mut found: Vec<Conflict> = found.into_iter().filter_map(|conflict| clipped(conflict, span)).collect();
    found.sort_unstable();
    found
}

/// The part of it between `from` and `until`. A missing rest is a matter of the begin.
fn clipped(conflict: Conflict, (from, until): Stretch) -> Option<Conflict> {
    let is_earlier = matches!(conflict.kind, ConflictKind::Rest { .. }) && conflict.from < from;
    let part = Conflict { from: conflict.from.max(from), until: conflict.until.min(until), ..conflict };
    (!is_earlier && part.from < part.until).then_some(part)
}

fn gaps(plan: &Planned) -> Vec<Conflict> {
    let gaps = plan.needs.iter().flat_map(|(level, when)| {
        let of_level = plan.shifts.iter().filter(|shift| shift.level == *level);
        let covered: Stretches = of_level.map(Shift::stretch).collect();
        let gaps: Vec<_> = covered.outside(*when).collect();
        gaps.into_iter().map(|(from, until)| Conflict {
            from,
            until,
            service: plan.service,
            level: *level,
            person: None,
            kind: ConflictKind::Gap,
        })
    });
    gaps.collect()
}

/// Who is written down and is away.
fn absent(plan: &Planned) -> Vec<Conflict> {
    let changes = super::changes(&plan.written, &plan.shifts);
    let absent = changes.into_iter().flat_map(|change| {
        let parts: Vec<_> = change.lost.iter().collect();
        parts.into_iter().map(move |(from, until)| Conflict {
            from,
            until,
            service: plan.service,
            level: change.level,
            person: Some(change.person),
            kind: ConflictKind::Absent,
        })
    });
    absent.collect()
}

fn unfit(plan: &Planned, fitness: &dyn Fn(ServiceId, PersonId) -> Fitness) -> Vec<Conflict> {
    let people: BTreeSet<PersonId> = plan.shifts.iter().map(|shift| shift.person).collect();
    let fitness: BTreeMap<PersonId, Fitness> =
        people.into_iter().map(|person| (person, fitness(plan.service, person))).collect();
    let unfit = plan.shifts.iter().flat_map(|shift| {
        let Some(fit) = fitness.get(&shift.person) else { return vec![] };
        let ends = fit.licensed_until.filter(|ends| *ends < shift.until);
        let kinds = [
            (!fit.is_qualified).then_some((shift.from, ConflictKind::Unqualified)),
            (!fit.has_contract).then_some((shift.from, ConflictKind::NoContract)),
            ends.map(|ends| (ends.max(shift.from), ConflictKind::LicenceEnded)),
        ];
        kinds.into_iter().flatten().map(|(from, kind)| conflict(plan.service, shift, from, kind)).collect()
    });
    unfit.collect()
}

/// `shifts` of one person, by begin. The later one is named.
fn double_booked(shifts: &[(ServiceId, Shift)]) -> Vec<Conflict> {
    let mut found = Vec::new();
    for (n, (service, shift)) in shifts.iter().enumerate() {
        let earlier = shifts[..n].iter().filter(|(_, other)| other.until > shift.from);
        for (with, other) in earlier {
            // Two parts of one duty: an override beside a turn of one's own.
            if (with, other.level) == (service, shift.level) {
                continue;
            }
            let kind = ConflictKind::DoubleBooked { with: *with, level: other.level };
            found.push(Conflict { until: shift.until.min(other.until), ..conflict(*service, shift, shift.from, kind) });
        }
    }
    found
}

/// On call one rests while nobody calls (§ 5 Abs. 3 ArbZG); work is what is done in the house, and call-outs.
fn without_rest(shifts: &[(ServiceId, Shift)], called_out: Option<&Stretches>) -> Vec<Conflict> {
    let in_house = shifts.iter().filter(|(_, shift)| shift.kind != DutyKind::OnCall);
    let work: Stretches = in_house
        .clone()
        .map(|(_, shift)| shift.stretch())
        .chain(called_out.into_iter().flat_map(Stretches::iter))
        .collect();
    let mut found = Vec::new();
    for (service, shift) in in_house {
        let before = work.iter().filter(|(_, until)| *until < shift.from).last();
        // Somebody who was called out within the shift before works on: that is its length, not a missing rest.
        let is_begin = work.iter().any(|(from, _)| from == shift.from);
        let Some((_, ended)) = before.filter(|_| is_begin) else { continue };
        let missing = REST_SECONDS - shift.from.seconds_since(ended);
        if missing > 0 {
            let last = shifts.iter().rfind(|(_, of)| of.kind != DutyKind::OnCall && of.until == ended);
            let after = last.map(|(service, shift)| (*service, shift.level));
            found.push(conflict(*service, shift, shift.from, ConflictKind::Rest { missing, after }));
        }
    }
    found
}

fn conflict(service: ServiceId, shift: &Shift, from: UnixMillis, kind: ConflictKind) -> Conflict {
    Conflict { from, until: shift.until, service, level: shift.level, person: Some(shift.person), kind }
}
