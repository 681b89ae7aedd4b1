//! From layers, temporary schedules, overrides and absences to stretches of duty.

use super::{
    Away, Gap, Override, Rota, Shift, Temporary,
    stretches::{Stretch, Stretches},
    turns::{turns, written},
};
use schemas::{
    PersonId, UnixMillis,
    directory::{DutyKind, DutyLevel},
};

/// How far [`who_is_on`] looks to both sides. More costs time in every match; less would show a longer duty's end too
/// early.
pub const HORIZON_DAYS: i64 = 14;
const DAY_SECONDS: i64 = 86_400;

/// Who is on duty between `from` and `until`, clipped to that, in the order of level, begin, person. At an autumn
/// hand-over within the repeated hour two people overlap.
pub fn shifts(rota: &Rota, away: &Away, from: UnixMillis, until: UnixMillis) -> Vec<Shift> {
    DutyLevel::ALL.into_iter().flat_map(|level| level_shifts(rota, away, level, (from, until))).collect()
}

/// Who is on duty at `t`. Begin and end are true within [`HORIZON_DAYS`].
pub fn who_is_on(rota: &Rota, away: &Away, t: UnixMillis) -> Vec<Shift> {
    let span = HORIZON_DAYS * DAY_SECONDS;
    let mut on = shifts(rota, away, t.plus_seconds(-span), t.plus_seconds(span));
    on.retain(|shift| shift.covers(t));
    on
}

/// Stretches between `from` and `until` in which nobody is on duty at this level.
pub fn gaps(rota: &Rota, away: &Away, level: DutyLevel, from: UnixMillis, until: UnixMillis) -> Vec<Gap> {
    let covered: Stretches = level_shifts(rota, away, level, (from, until)).iter().map(Shift::stretch).collect();
    covered.outside((from, until)).map(|(from, until)| Gap { from, until }).collect()
}

/// Where people of one level come from. What is stronger covers what is weaker.
struct Source {
    /// By person; those of one layer may overlap at a clock change.
    people: Vec<(PersonId, Stretch)>,
    /// Nothing weaker counts here.
    covers: Stretches,
    is_override: bool,
}

impl Source {
    /// Covers where it has somebody.
    fn of(people: Vec<(PersonId, Stretch)>, is_override: bool) -> Self {
        Self { covers: people.iter().map(|(_, stretch)| *stretch).collect(), people, is_override }
    }
}

fn level_shifts(rota: &Rota, away: &Away, level: DutyLevel, span: Stretch) -> Vec<Shift> {
    if span.0 >= span.1 {
        return vec![];
    }
    let layers = layers(rota, level, span);
    let kinds = kinds(&layers);
    let layers = layers.into_iter().map(|(_, people)| Source::of(present(away, people), false));
    let mut covered = Stretches::default();
    let mut result = Vec::new();
    for source in fixed(rota, away, level, span).chain(layers) {
        for (person, stretch) in &source.people {
            for part in covered.outside(*stretch) {
                result.extend(of_kind(&kinds, part).map(|((from, until), kind)| Shift {
                    level,
                    kind,
                    person: *person,
                    from,
                    until,
                    is_override: source.is_override,
                }));
            }
        }
        covered = covered.or(&source.covers);
    }
    merge(result)
}

/// Overrides and temporary schedules, the strongest first.
fn fixed(rota: &Rota, away: &Away, level: DutyLevel, span: Stretch) -> impl Iterator<Item = Source> {
    let overrides = rota.overrides.iter().rev().filter(move |o| o.level == level).map(move |o| {
        let Override { person, from, until, .. } = *o;
        let stretch = clip(written(&rota.zone, from, until), span);
        Source::of(present(away, stretch.map(|stretch| (person, stretch)).into_iter().collect()), true)
    });
    let temporaries = rota.temporaries.iter().rev().filter(move |t| t.level == level).filter_map(move |t| {
        let Temporary { from, until, ref shifts, .. } = *t;
        let whole = clip(written(&rota.zone, from, until), span)?;
        let people = shifts
            .iter()
            .filter_map(|shift| Some((shift.person, clip(written(&rota.zone, shift.from, shift.until), whole)?)));
        let people = present(away, people.collect());
        Some(Source { people, covers: [whole].into_iter().collect(), is_override: true })
    });
    overrides.chain(temporaries)
}

type Turns = (DutyKind, Vec<(PersonId, Stretch)>);

/// The strongest first, whoever is away.
fn layers(rota: &Rota, level: DutyLevel, span: Stretch) -> Vec<Turns> {
    let layers = rota.layers.iter().rev().filter(|layer| layer.level == level);
    layers.map(|layer| (layer.kind, turns(&rota.zone, rota.land, layer, span))).collect()
}

/// What kind of duty it is when, whoever does it: that of the strongest layer. The kind that is left out is the usual one.
fn kinds(layers: &[Turns]) -> Vec<(DutyKind, Stretches)> {
    if layers.iter().all(|(kind, _)| *kind == DutyKind::default()) {
        return vec![];
    }
    let mut covered = Stretches::default();
    let mut kinds = Vec::new();
    for (kind, people) in layers {
        let all: Stretches = people.iter().map(|(_, stretch)| *stretch).collect();
        kinds.push((*kind, all.minus(&covered)));
        covered = covered.or(&all);
    }
    kinds.retain(|(kind, _)| *kind != DutyKind::default());
    kinds
}

fn of_kind(kinds: &[(DutyKind, Stretches)], stretch: Stretch) -> impl Iterator<Item = (Stretch, DutyKind)> {
    let named: Vec<_> = kinds.iter().flat_map(|(kind, when)| when.within(stretch).map(|part| (part, *kind))).collect();
    let rest: Stretches = named.iter().map(|(part, _)| *part).collect();
    let rest: Vec<_> = rest.outside(stretch).map(|part| (part, DutyKind::default())).collect();
    named.into_iter().chain(rest)
}

/// Without the stretches in which each is away.
fn present(away: &Away, people: Vec<(PersonId, Stretch)>) -> Vec<(PersonId, Stretch)> {
    if away.is_empty() {
        return people;
    }
    let parts = people.into_iter().flat_map(|(person, stretch)| {
        let parts: Vec<Stretch> =
            away.get(&person).map_or_else(|| vec![stretch], |away| away.outside(stretch).collect());
        parts.into_iter().map(move |part| (person, part))
    });
    parts.collect()
}

fn clip((from, until): Stretch, (low, high): Stretch) -> Option<Stretch> {
    let (from, until) = (from.max(low), until.min(high));
    (from < until).then_some((from, until))
}

/// Joins stretches of the same person that touch or overlap, and sorts.
fn merge(mut shifts: Vec<Shift>) -> Vec<Shift> {
    shifts.sort_by_key(|s| (s.person, s.is_override, s.kind, s.from, s.until));
    let mut merged: Vec<Shift> = Vec::with_capacity(shifts.len());
    for shift in shifts {
        match merged.last_mut() {
            Some(last)
                if (last.person, last.is_override, last.kind) == (shift.person, shift.is_override, shift.kind)
                    && shift.from <= last.until =>
            {
                last.until = last.until.max(shift.until);
            }
            _ => merged.push(shift),
        }
    }
    merged.sort_by_key(|s| (s.from, s.until, s.person));
    merged
}
