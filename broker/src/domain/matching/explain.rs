//! The decision as people read it.

use super::MatchRecord;
use schemas::{
    PersonId, UnixMillis,
    directory::PersonRef,
    matching::{Candidate, MatchExplanation},
};

/// With names for the ids.
pub fn explanation(
    record: &MatchRecord,
    decided_at: UnixMillis,
    round: u32,
    resolve: &dyn Fn(PersonId) -> PersonRef,
) -> MatchExplanation {
    let input = record.input.as_deref();
    MatchExplanation {
        decided_at,
        round,
        rota_revision: record.rota_revision,
        directory_revision: record.directory_revision,
        weights_version: input.map_or(0, |input| input.weights_version),
        considered: record.considered,
        candidates: record
            .candidates
            .iter()
            .map(|candidate| Candidate {
                person: resolve(candidate.person),
                rank: candidate.rank,
                score: candidate.score,
                rules: candidate.rules.clone(),
            })
            .collect(),
        failed: record.failed.clone(),
        partner: input.and_then(|input| input.partner).map(|partner| partner.service_id),
        rest_set_aside: input.is_some_and(|input| input.rest_set_aside),
    }
}
