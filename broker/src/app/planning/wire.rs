//! Rotas on the wire and in the domain have one JSON form; reading one from the other refuses what is no time or zone.

use crate::app::{Error, Result, directory::Directory};
use crate::domain::{
    directory::Actor,
    rota::{self, Conflict, Rota, Stretches},
};
use schemas::{
    ServiceId, UnixMillis,
    rota::{Burden, ConflictKind, DutyChange, DutyShare, HandOver, RotaConflict, RotaPlan, TimeSpan},
};
use serde::{Serialize, de::DeserializeOwned};

/// How long overrides stay in a rota after they have ended: 13 months, so that a year can be looked at. Then they are in
/// the history alone, and do not fill the rota up.
const KEPT_SECONDS: i64 = 400 * 86_400;

pub(super) fn rota_of(plan: &RotaPlan, now: UnixMillis) -> Result<Rota> {
    let mut rota: Rota = converted(plan).map_err(|error| Error::InvalidField(format!("plan: {error}")))?;
    rota = pruned(&rota, now);
    rota::check(&rota).map_err(|fault| Error::InvalidField(format!("plan: {fault}")))?;
    Ok(rota)
}

/// Takes out what has long passed: it is in the history.
pub(super) fn pruned(rota: &Rota, now: UnixMillis) -> Rota {
    let mut rota = rota.clone();
    rota.forget_before(now.plus_seconds(-KEPT_SECONDS));
    rota
}

pub(super) fn plan_of(rota: &Rota) -> Result<RotaPlan> {
    converted(rota).map_err(|error| Error::bug("a rota on the wire", error))
}

pub(super) fn stored(body: &str) -> Result<Rota> {
    serde_json::from_str(body).map_err(|error| Error::bug("a stored rota", format!("column {}", error.column())))
}

pub(super) fn body(rota: &Rota) -> Result<String> {
    serde_json::to_string(rota).map_err(|error| Error::bug("writing a rota", error))
}

fn converted<A: Serialize, B: DeserializeOwned>(value: &A) -> serde_json::Result<B> {
    serde_json::to_value(value).and_then(serde_json::from_value)
}

pub(super) fn spans(stretches: &Stretches) -> Vec<TimeSpan> {
    stretches.iter().map(|(from, until)| TimeSpan { from, until }).collect()
}

pub(super) fn change(directory: &Directory, change: &rota::Change) -> DutyChange {
    DutyChange {
        person: directory.person_ref(change.person),
        level: change.level,
        kind: change.kind,
        gained: spans(&change.gained),
        lost: spans(&change.lost),
    }
}

pub(super) fn hand_over(directory: &Directory, it: &rota::HandOver) -> HandOver {
    let people = |of: &std::collections::BTreeSet<_>| of.iter().map(|person| directory.person_ref(*person)).collect();
    HandOver { at: it.at, level: it.level, before: people(&it.before), after: people(&it.after) }
}

pub(super) fn share(share: &rota::Share) -> DutyShare {
    DutyShare { person: share.person, burden: burden(&share.burden), even: share.even }
}

pub(super) fn burden(burden: &rota::Burden) -> Burden {
    let rota::Burden { duty, nights, weekends, holidays, call_outs } = *burden;
    Burden { duty, nights, weekends, holidays, call_outs, weight: burden.weight() }
}

/// A service of another network is not named.
pub(in crate::app) fn conflict(directory: &Directory, actor: &Actor, of: &Conflict) -> RotaConflict {
    let name = |service: ServiceId| {
        let entry = directory.services.get(&service)?;
        actor.networks.contains(&entry.service.network_id).then(|| entry.service.name.clone())
    };
    let (with, with_level, missing) = match of.kind {
        rota::ConflictKind::DoubleBooked { with, level } => (name(with), Some(level), None),
        rota::ConflictKind::Rest { missing, after: None } => (None, None, Some(missing)),
        rota::ConflictKind::Rest { missing, after: Some((after, level)) } => (name(after), Some(level), Some(missing)),
        _ => (None, None, None),
    };
    RotaConflict {
        kind: kind(of.kind),
        level: of.level,
        person: of.person.map(|person| directory.person_ref(person)),
        from: of.from,
        until: of.until,
        with,
        with_level,
        missing,
    }
}

pub(in crate::app) fn kind(of: rota::ConflictKind) -> ConflictKind {
    match of {
        rota::ConflictKind::Gap => ConflictKind::Gap,
        rota::ConflictKind::Absent => ConflictKind::Absent,
        rota::ConflictKind::DoubleBooked { .. } => ConflictKind::DoubleBooked,
        rota::ConflictKind::Unqualified => ConflictKind::Unqualified,
        rota::ConflictKind::LicenceEnded => ConflictKind::LicenceEnded,
        rota::ConflictKind::NoContract => ConflictKind::NoContract,
        rota::ConflictKind::Rest { .. } => ConflictKind::Rest,
    }
}
