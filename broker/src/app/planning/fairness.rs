//! Who bears how much of a service's duty, beside what would be theirs by part-time and time in the team.

use super::publish::zone_of;
use crate::app::{
    Result,
    directory::{Directory, ServiceEntry},
};
use crate::domain::rota::{self, Rota, Share, Shift, Stretch};
use schemas::PersonId;
use std::collections::{BTreeMap, BTreeSet};

/// Everybody who takes part: has a duty within `span`, or is in a layer. `call_outs` of others are left out.
pub(super) fn shares(
    directory: &Directory,
    entry: &ServiceEntry,
    rota: Option<&Rota>,
    shifts: &[Shift],
    call_outs: &BTreeMap<PersonId, u32>,
    span: Stretch,
) -> Result<Vec<Share>> {
    let zone = rota.map_or_else(|| zone_of(entry), |rota| Ok(rota.zone.clone()))?;
    let in_layers = rota.into_iter().flat_map(|rota| &rota.layers).flat_map(|layer| layer.people.iter().copied());
    let team: BTreeSet<PersonId> = shifts.iter().map(|shift| shift.person).chain(in_layers).collect();
    let of_team = team.iter().map(|person| (*person, call_outs.get(person).copied().unwrap_or(0))).collect();
    let burdens = rota::burdens(&zone, rota.and_then(|rota| rota.land), shifts, &of_team, span);
    Ok(rota::shares(&burdens, &|person| directory.part(entry, person, span)))
}
