//! The end of patient data: what was taken over by the hospital (or cancelled) and is old enough loses texts, images
//! and keys. What was never taken over stays, and is named to the data-protection role.
//!
//! Every step may be interrupted and done again, by this node or another: the row says what is left to do. A consult is
//! purged in one transaction, which takes the studies' keys; from then on nobody can read the sealed objects. Their
//! addresses stay noted until they are deleted.

use super::{App, Result, dicomweb::blob_error, require};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
};
use schemas::{ConsultId, privacy::Retention};
use serde::Serialize;
use std::time::Duration;

/// How often it is looked for what is due. More delays a deletion by that much after months of waiting; less asks for
/// nothing.
const EVERY: Duration = Duration::from_secs(3600);
/// Rows asked for at once.
const BATCH: u32 = 100;
/// Consults named to the data-protection role; their number beyond this helps nobody.
const NAMED: u32 = 500;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Who read a study stays known for this long after its purge: complaints come late. More keeps a trace of people's
/// work for longer than anybody asks for it.
const ACCESS_LOG_DAYS: i64 = 366;
/// What a snapshot holds after the purge; its columns stay.
const NOTHING: &str = "{}";

/// What a purge did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PurgeSummary {
    pub consults: u64,
    /// Studies that lost their key.
    pub studies: u64,
    /// Sealed objects that were deleted, those of an interrupted run included.
    pub objects: u64,
}

impl App {
    /// Purges every hour, until `shutdown`.
    pub async fn run_purge(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let work = async {
                if let Err(error) = self.purge().await {
                    tracing::warn!(%error, "the purge could not do its work and tries again");
                }
                tokio::time::sleep(EVERY).await;
            };
            tokio::select! {
                () = &mut shutdown => return,
                () = work => {}
            }
        }
    }

    /// Purges everything that is due.
    pub async fn purge(&self) -> Result<PurgeSummary> {
        let mut done = PurgeSummary::default();
        loop {
            let before = self.retained_since();
            let due = self.repo.purgeable(before, before, BATCH).await?;
            let earlier = done.consults;
            for id in due {
                let Some(row) = self.repo.snapshot(id).await? else { continue };
                // `None`: another node was faster, or somebody wrote to it; the next look decides anew.
                if let Some(purged) = self.repo.purge_consult(id, row.seq, self.now().0, NOTHING).await? {
                    done.consults += 1;
                    done.studies += purged.studies.len() as u64;
                    tracing::info!(consult = %id, studies = purged.studies.len(), "purged");
                }
            }
            if done.consults == earlier {
                break;
            }
        }
        done.objects = self.delete_dead_blobs().await?;
        self.repo.sweep_access_log(self.now().0 - ACCESS_LOG_DAYS * DAY_MS).await?;
        Ok(done)
    }

    /// How many consults a purge would take now.
    pub async fn purge_due(&self) -> Result<u64> {
        let before = self.retained_since();
        let row = self.repo.retention(before, before, 0).await?;
        Ok(u64::try_from(row.due).unwrap_or(0))
    }

    /// What waits for its purge, and what cannot be purged.
    pub async fn retention(&self, actor: &Actor) -> Result<Retention> {
        require(may(actor, None, Permission::ReadNotices))?;
        let before = self.retained_since();
        let row = self.repo.retention(before, before, NAMED).await?;
        let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Retention {
            after_days: self.retention_days,
            due: count(row.due),
            purged: count(row.purged),
            not_taken_over: row.not_taken_over.into_iter().map(ConsultId).collect(),
        })
    }

    /// What was taken over before this instant may go.
    fn retained_since(&self) -> i64 {
        self.now().0 - i64::from(self.retention_days) * DAY_MS
    }

    /// Objects whose key is gone. Deleting one twice is harmless, so its address is forgotten only afterwards.
    async fn delete_dead_blobs(&self) -> Result<u64> {
        let mut deleted = 0;
        loop {
            let addresses = self.repo.dead_blobs(BATCH).await?;
            if addresses.is_empty() {
                return Ok(deleted);
            }
            for address in &addresses {
                self.blobs.delete_at(address).await.map_err(blob_error)?;
            }
            deleted += addresses.len() as u64;
            self.repo.forget_dead_blobs(&addresses).await?;
        }
    }
}
