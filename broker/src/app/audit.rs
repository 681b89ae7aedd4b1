//! The audit: every consult's chain, purged ones included, held against its snapshot. And the proof that a restored
//! installation can still open what it holds.

use super::{
    App, Error, Result,
    dicomweb::{blob_error, object_key},
    ports::{EventRow, SnapshotRow, StudySearch},
};
use crate::domain::chain::{self, Broken, Entry};
use futures_util::TryStreamExt;
use schemas::{ConsultId, PersonId, UnixMillis};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Consults asked for at once.
const PAGE: u32 = 500;

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Audit {
    pub consults: u64,
    pub entries: u64,
    /// Consults whose content was purged; their chain holds all the same.
    pub purged: u64,
    /// Consults with a broken entry.
    pub broken: u64,
    pub first_broken: Option<BrokenEntry>,
}

/// The first entry of a consult that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrokenEntry {
    pub consult: ConsultId,
    pub seq: i64,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Its link does not follow from what came before.
    Hash,
    /// An entry is missing, or out of order, before it.
    Gap,
    /// Its content is not what was committed to.
    Commitment,
    /// Its content is gone, although the consult was not purged.
    ContentMissing,
    /// The log and its snapshot do not end at the same entry: the end of the log was cut off, or added to.
    Count,
}

impl App {
    /// Walks every consult. Works beside a running server.
    pub async fn verify_audit(&self) -> Result<Audit> {
        let mut audit = Audit::default();
        let mut after: Option<Uuid> = None;
        loop {
            let page = self.repo.consult_ids(after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(audit) };
            after = Some(*last);
            for (id, seq) in page {
                let rows = self.repo.load(id).await?.unwrap_or_default();
                // After the log, so that what is written meanwhile shows in the snapshot at least.
                let snapshot = self.repo.snapshot(id).await?;
                audit.consults += 1;
                audit.entries += rows.len() as u64;
                audit.purged += u64::from(snapshot.as_ref().is_some_and(|row| row.purged_at.is_some()));
                if let Err((seq, what)) = check(id, &rows, seq, snapshot.as_ref()) {
                    audit.broken += 1;
                    audit.first_broken.get_or_insert(BrokenEntry { consult: ConsultId(id), seq, what });
                }
            }
        }
    }

    /// Opens one stored image with the installation's keys and holds it against its digest; `None` when there is none.
    pub async fn read_one_image(&self) -> Result<Option<Uuid>> {
        for house in self.directory().await?.hospitals.keys() {
            let search =
                StudySearch { hospital: Some(house.0), studies: vec![], tests: vec![], limit: PAGE, offset: 0 };
            for study in self.repo.search_studies(&search).await? {
                let Some(row) = self.repo.instances(study.id, None).await?.into_iter().next() else { continue };
                let key = object_key(&self.study_key(&study)?, &row.sop_instance_uid, &row.digest);
                let hash = self.blobs.stream(&key).try_fold(Sha256::new(), |mut hash, piece| {
                    hash.update(&piece);
                    std::future::ready(Ok(hash))
                });
                let digest = hash.await.map_err(blob_error)?.finalize();
                if digest.to_vec() != row.digest {
                    return Err(Error::bug("an image is not what was stored", study.id));
                }
                return Ok(Some(study.id));
            }
        }
        Ok(None)
    }
}

/// `listed` is where the log ended before it was read, `snapshot` where it ended after: a log that grows meanwhile ends
/// between the two.
fn check(
    id: Uuid,
    rows: &[EventRow],
    listed: i64,
    snapshot: Option<&SnapshotRow>,
) -> std::result::Result<(), (i64, What)> {
    let entries = rows.iter().map(|row| entry(id, row)).collect::<std::result::Result<Vec<_>, _>>()?;
    chain::verify(&entries).map_err(|broken| (broken.seq, what(broken.why)))?;
    let is_purged = snapshot.is_some_and(|row| row.purged_at.is_some());
    if let Some(gone) = rows.iter().find(|row| row.body.is_none() && !is_purged) {
        return Err((gone.seq, What::ContentMissing));
    }
    let last = rows.last().map_or(0, |row| row.seq);
    let end = snapshot.map_or(0, |row| row.seq);
    if last < listed {
        // The first entry that is not there.
        return Err((last + 1, What::Count));
    }
    if last > end { Err((end + 1, What::Count)) } else { Ok(()) }
}

fn what(why: Broken) -> What {
    match why {
        Broken::Sequence => What::Gap,
        Broken::Body => What::Commitment,
        Broken::Consult | Broken::Link => What::Hash,
    }
}

/// A hash of the wrong length cannot be one.
fn entry(id: Uuid, row: &EventRow) -> std::result::Result<Entry, (i64, What)> {
    let digest = |bytes: &[u8], what| <[u8; 32]>::try_from(bytes).map_err(|_| (row.seq, what));
    Ok(Entry {
        consult_id: ConsultId(id),
        seq: row.seq,
        at: UnixMillis(row.at),
        actor: row.actor.map(PersonId),
        kind: row.kind.clone(),
        salt: row.salt.as_deref().map(|salt| digest(salt, What::Commitment)).transpose()?,
        body: row.body.clone(),
        commitment: digest(&row.commitment, What::Commitment)?,
        hash: digest(&row.hash, What::Hash)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn log(n: i64) -> Vec<EventRow> {
        let mut head = chain::GENESIS;
        (1..=n)
            .map(|seq| {
                let (salt, body) = ([seq as u8; 32], format!("{{\"n\":{seq}}}"));
                let commitment = chain::commitment(&salt, &body);
                head = chain::link(&head, ConsultId(ID), seq, UnixMillis(seq * 1000), None, "kind", &commitment);
                EventRow {
                    seq,
                    at: seq * 1000,
                    actor: None,
                    version: 1,
                    kind: "kind".into(),
                    body: Some(body),
                    salt: Some(salt.to_vec()),
                    commitment: commitment.to_vec(),
                    hash: head.to_vec(),
                }
            })
            .collect()
    }

    fn snapshot(seq: i64, purged_at: Option<i64>) -> SnapshotRow {
        SnapshotRow {
            consult_id: ID,
            seq,
            state: "closed".into(),
            urgency: "urgent".into(),
            is_open: false,
            service_id: ID,
            network_id: ID,
            hospital_id: ID,
            requester: ID,
            specialist: None,
            created_at: 0,
            state_since: 0,
            next_deadline: None,
            label: "TK-0007".into(),
            taken_over_at: None,
            ended_at: None,
            purged_at,
            is_queued: false,
            detail: String::new(),
        }
    }

    fn found(change: impl Fn(&mut Vec<EventRow>), purged_at: Option<i64>) -> std::result::Result<(), (i64, What)> {
        let mut rows = log(4);
        change(&mut rows);
        check(ID, &rows, 4, Some(&snapshot(4, purged_at)))
    }

    #[test]
    fn a_whole_log_and_a_purged_one_hold() {
        assert_eq!(found(|_| (), None), Ok(()));
        let purge = |rows: &mut Vec<EventRow>| rows.iter_mut().for_each(|row| (row.body, row.salt) = (None, None));
        assert_eq!(found(purge, Some(5)), Ok(()));
        assert_eq!(found(purge, None), Err((1, What::ContentMissing)), "nobody purged it");
    }

    #[test]
    fn the_first_broken_entry_is_named_with_what_is_wrong() {
        assert_eq!(found(|rows| rows[2].body = Some("{}".into()), None), Err((3, What::Commitment)));
        assert_eq!(found(|rows| rows[1].at += 1, None), Err((2, What::Hash)));
        assert_eq!(found(|rows| drop(rows.remove(1)), None), Err((3, What::Gap)));
        assert_eq!(found(|rows| drop(rows.pop()), None), Err((4, What::Count)), "the end was cut off");
        assert_eq!(found(|rows| rows.clear(), None), Err((1, What::Count)));
        assert_eq!(found(|rows| rows[0].hash.truncate(4), None), Err((1, What::Hash)));
    }

    #[test]
    fn a_log_that_grows_while_it_is_read_is_no_fault_and_one_beyond_its_snapshot_is() {
        assert_eq!(check(ID, &log(5), 4, Some(&snapshot(6, None))), Ok(()));
        assert_eq!(check(ID, &log(5), 4, Some(&snapshot(4, None))), Err((5, What::Count)));
        assert_eq!(check(ID, &log(5), 4, None), Err((1, What::Count)));
    }
}
