//! Decisions computed again from the log.

use crate::app::{App, Error, Result};
use crate::domain::{
    access::Permission,
    consult::Event,
    directory::Actor,
    matching::{Difference, MatchRecord, Replayed, replay},
};
use schemas::{
    ConsultId,
    matching::{MatchReplay, ReplayOutcome},
};

impl App {
    /// Each decision of a consult, held against what was kept of its input.
    pub async fn replay_matches(&self, actor: &Actor, id: ConsultId) -> Result<Vec<MatchReplay>> {
        self.for_those(actor, id, Permission::ReadMatch).await?;
        let loaded = self.load(id).await?.ok_or(Error::NotFound)?;
        let decisions = loaded.log.iter().filter_map(|recorded| match &recorded.event {
            Event::Matched { round, record, .. } => {
                Some(MatchReplay { decided_at: recorded.at, round: *round, outcome: outcome(record) })
            }
            _ => None,
        });
        let replayed: Vec<MatchReplay> = decisions.collect();
        for decision in &replayed {
            if let ReplayOutcome::Differs { at, .. } = &decision.outcome {
                tracing::warn!(consult = %id, round = decision.round, at, "a decision differs from its replay");
            }
        }
        Ok(replayed)
    }
}

fn outcome(record: &MatchRecord) -> ReplayOutcome {
    match replay(record) {
        Replayed::Equal => ReplayOutcome::Equal,
        Replayed::EqualAmongBest => ReplayOutcome::EqualAmongBest,
        Replayed::InputNotKept => ReplayOutcome::InputNotKept,
        Replayed::Differs(Difference { at, recorded, computed }) => ReplayOutcome::Differs { at, recorded, computed },
    }
}
