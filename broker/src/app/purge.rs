//! The end of patient data: what was taken over by the hospital (or cancelled) and is old enough loses texts, images
//! and keys, and so does a study that no consult needs. What was never taken over stays, and is named to the
//! data-protection role.
//!
//! Every step may be interrupted and done again, by this node or another: the row says what is left to do. A consult is
//! purged in one transaction, which takes the studies' keys; from then on nobody can read the sealed objects. Their
//! addresses stay noted until they are deleted.
//!
//! One that fails keeps nothing else waiting: it is passed over with a warning and comes again in the next hour.

use super::{App, Error, Result, dicomweb::blob_error, require};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
};
use schemas::{ConsultId, privacy::Retention};
use serde::Serialize;
use std::{sync::atomic::Ordering, time::Duration};
use uuid::Uuid;

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

/// What a purge would take now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PurgeDue {
    pub due: u64,
    /// Those that no consult needs; what goes with its consult is not counted.
    pub studies: u64,
}

impl App {
    /// Purges every hour, until `shutdown`.
    pub async fn run_purge(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let work = async {
                if let Err(error) = self.purge().await {
                    tracing::warn!(%error, "the purge could not do all of its work and tries again");
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
    ///
    /// # Errors
    /// The first thing that could not be done; everything else was.
    pub async fn purge(&self) -> Result<PurgeSummary> {
        let mut done = PurgeSummary::default();
        let consults = self.purge_consults(&mut done).await;
        let studies = self.purge_studies(&mut done).await;
        let objects = self.delete_dead_blobs(&mut done).await;
        let sweep = self.repo.sweep_access_log(self.now().0 - ACCESS_LOG_DAYS * DAY_MS).await;
        self.wipe(done.consults + done.studies > 0).await;
        consults.and(studies).and(objects).and(sweep.map(|_| done).map_err(Error::from))
    }

    /// Wipes the database's files. Somebody is often in the way, which matters only while there is something to wipe; what
    /// another process (the tool) left behind is tried for each time too.
    async fn wipe(&self, anew: bool) {
        let outstanding = self.wipe_outstanding.fetch_or(anew, Ordering::Relaxed) || anew;
        match self.repo.wipe_purged(outstanding).await {
            Ok(()) => self.wipe_outstanding.store(false, Ordering::Relaxed),
            Err(error) if outstanding => tracing::warn!(%error, "the database's files may still hold what was purged"),
            Err(error) => tracing::debug!(%error, "the database's files could not be wiped; nothing was purged since"),
        }
    }

    async fn purge_consults(&self, done: &mut PurgeSummary) -> Result<()> {
        let (before, mut after) = (self.retained_since(), None);
        let mut outcome = Ok(());
        loop {
            let due = self.repo.purgeable(before, before, after, BATCH).await?;
            let Some(last) = due.last() else { return outcome };
            after = Some(*last);
            for id in due {
                let purged = self.purge_consult(id).await;
                outcome = outcome.and(noted(
                    "consult",
                    id,
                    purged.map(|studies| {
                        done.consults += u64::from(studies.is_some());
                        done.studies += studies.unwrap_or(0);
                    }),
                ));
            }
        }
    }

    /// How many studies went with it. `None`: another node was faster, or somebody wrote to it; the next look decides
    /// anew.
    async fn purge_consult(&self, id: Uuid) -> Result<Option<u64>> {
        let Some(row) = self.repo.snapshot(id).await? else { return Ok(None) };
        let purged = self.repo.purge_consult(id, row.seq, self.now().0, NOTHING).await?;
        let studies = purged.map(|purged| purged.studies.len() as u64);
        if let Some(studies) = studies {
            tracing::info!(consult = %id, studies, "purged");
        }
        Ok(studies)
    }

    /// Studies that wait in an inbox for a consult that never came, or that were detached from theirs.
    async fn purge_studies(&self, done: &mut PurgeSummary) -> Result<()> {
        let (before, mut after) = (self.retained_since(), None);
        let mut outcome = Ok(());
        loop {
            let due = self.repo.unattached_studies(before, after, BATCH).await?;
            let Some(last) = due.last() else { return outcome };
            after = Some(*last);
            for id in due {
                let purged = self.repo.purge_study(id, before, self.now().0).await.map_err(Error::from);
                outcome = outcome.and(noted("study", id, purged.map(|purged| done.studies += u64::from(purged))));
            }
        }
    }

    /// What a purge would take now.
    pub async fn purge_due(&self) -> Result<PurgeDue> {
        let before = self.retained_since();
        let row = self.repo.retention(before, before, 0).await?;
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        Ok(PurgeDue { due: count(row.due), studies: count(row.unattached) })
    }

    /// What waits for its purge, and what cannot be purged.
    pub async fn retention(&self, actor: &Actor) -> Result<Retention> {
        require(may(actor, None, Permission::ReadNotices))?;
        let before = self.retained_since();
        let row = self.repo.retention(before, before, NAMED).await?;
        let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        let ids = |ids: Vec<Uuid>| ids.into_iter().map(ConsultId).collect();
        Ok(Retention {
            after_days: self.retention_days,
            due: count(row.due),
            purged: count(row.purged),
            not_taken_over: ids(row.not_taken_over),
            still_open: ids(row.still_open),
            unattached_studies: count(row.unattached),
        })
    }

    /// What was taken over before this instant may go.
    fn retained_since(&self) -> i64 {
        self.now().0 - i64::from(self.retention_days) * DAY_MS
    }

    /// Objects whose key is gone. Deleting one twice is harmless, so its address is forgotten only afterwards.
    async fn delete_dead_blobs(&self, done: &mut PurgeSummary) -> Result<()> {
        let mut after = None;
        let mut outcome = Ok(());
        loop {
            let addresses = self.repo.dead_blobs(after.as_deref(), BATCH).await?;
            let Some(last) = addresses.last() else { return outcome };
            after = Some(last.clone());
            let mut deleted = Vec::with_capacity(addresses.len());
            for address in addresses {
                match self.blobs.delete_at(&address).await.map_err(blob_error) {
                    Ok(()) => deleted.push(address),
                    Err(error) => {
                        tracing::warn!(%error, "a purged object could not be deleted");
                        outcome = outcome.and(Err(error));
                    }
                }
            }
            self.repo.forget_dead_blobs(&deleted).await?;
            done.objects += deleted.len() as u64;
        }
    }
}

/// Says that one of many could not be purged; the others go on.
fn noted(what: &'static str, id: Uuid, purged: Result<()>) -> Result<()> {
    if let Err(error) = &purged {
        tracing::warn!(what, %id, %error, "could not be purged");
    }
    purged
}
