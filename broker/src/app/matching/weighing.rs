//! What each rule is worth to a service: read, written with a reason, and tried upon the last decisions.

use crate::app::{
    App, Error, Result,
    directory::{Directory, stored_json},
    log::recorded,
    policies::kept,
    ports::{DirectoryWrite, WeightsRow},
    validate,
};
use crate::domain::{
    consult::Event,
    directory::Actor,
    matching::{MatchRecord, check, mixed, rank},
};
use schemas::{
    ConsultId, PersonId, ServiceId, UnixMillis,
    matching::{PreviewedDecision, PutWeights, ServiceWeights, Weights, WeightsPreview, WeightsVersion},
};

/// Versions that are shown.
const HISTORY: u32 = 100;
/// Decisions that a preview computes again.
const PREVIEWED: u32 = 20;

impl App {
    pub async fn weights(&self, actor: &Actor, id: ServiceId) -> Result<ServiceWeights> {
        let directory = self.directory().await?;
        let (version, weights) = kept(&directory, actor, id)?.weights;
        let history = self.repo.weights(id.0, HISTORY).await?;
        Ok(ServiceWeights {
            version,
            weights,
            mixed: mixed(&weights),
            history: history.iter().map(|row| shown(&directory, row)).collect(),
        })
    }

    pub async fn put_weights(&self, actor: &Actor, id: ServiceId, wish: PutWeights) -> Result<()> {
        kept(&*self.directory().await?, actor, id)?;
        checked(&wish.weights)?;
        validate::name("note", &wish.note)?;
        let body = serde_json::to_string(&wish.weights).map_err(|error| Error::bug("writing weights", error))?;
        let now = self.now();
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            let (version, _) = kept(&directory, actor, id)?.weights;
            if version != wish.version {
                return Err(Error::Conflict("somebody else has changed these weights: read them again"));
            }
            let row = WeightsRow {
                service_id: id.0,
                version: version + 1,
                body: body.clone(),
                author: actor.person_id.0,
                written_at: now.0,
                note: wish.note.trim().to_owned(),
            };
            Ok(DirectoryWrite { weights: vec![row], ..DirectoryWrite::default() })
        })
        .await?;
        tracing::info!(by = %actor.person_id, service = %id, "weights of the matching are written");
        Ok(())
    }

    /// How the last decisions would have come out. Nothing is written.
    pub async fn preview_weights(&self, actor: &Actor, id: ServiceId, weights: &Weights) -> Result<WeightsPreview> {
        let directory = self.directory().await?;
        kept(&directory, actor, id)?;
        checked(weights)?;
        let mut decisions = Vec::new();
        for row in self.repo.matches_of(id.0, PREVIEWED).await? {
            if let Event::Matched { record, .. } = recorded(&row.event, ConsultId(row.consult_id))?.event {
                decisions.extend(previewed(&directory, &record, weights, UnixMillis(row.event.at)));
            }
        }
        Ok(WeightsPreview { mixed: mixed(weights), decisions })
    }
}

fn checked(weights: &Weights) -> Result<()> {
    check(weights).map_err(|(field, why)| Error::InvalidField(format!("weights.{field}: {why}")))
}

/// `None` where an older release kept no input.
fn previewed(
    directory: &Directory,
    record: &MatchRecord,
    weights: &Weights,
    decided_at: UnixMillis,
) -> Option<PreviewedDecision> {
    let mut input = record.input.as_deref()?.clone();
    input.weights = *weights;
    let eligible = |record: &MatchRecord| -> Vec<PersonId> {
        record.candidates.iter().filter(|one| one.rank.is_some()).map(|one| one.person).collect()
    };
    let (was, would_be) = (eligible(record), eligible(&rank(&input).record));
    let first = |people: &[PersonId]| people.first().map(|person| directory.person_ref(*person));
    Some(PreviewedDecision { decided_at, was: first(&was), would_be: first(&would_be), is_changed: was != would_be })
}

fn shown(directory: &Directory, row: &WeightsRow) -> WeightsVersion {
    WeightsVersion {
        version: row.version,
        weights: stored_json("weights", &row.body),
        author: directory.person_ref(PersonId(row.author)),
        written_at: UnixMillis(row.written_at),
        note: row.note.clone(),
    }
}
