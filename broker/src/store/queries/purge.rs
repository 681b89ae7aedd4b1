//! The end of a consult's patient data.
//!
//! Order matters. The consult's row comes first: its compare-and-set meets the one of `append`, so that a write either
//! came before (then the purge was decided on an older state and does nothing) or finds the consult purged. Each study's
//! row comes before the question who else holds it: `append` takes the same lock when it attaches a study, and so does
//! the purge of another consult that shares it. Two that asked at once would each see the other and keep the study for
//! ever.

use super::{Conn, Result, dead_blobs, delivery, ids, query};
use crate::app::ports::PurgedConsult;
use sqlx::Row as _;
use uuid::Uuid;

pub(in crate::store) async fn purge(
    db: &mut Conn,
    consult_id: Uuid,
    expected_seq: i64,
    at: i64,
    reduced_detail: &str,
) -> Result<Option<PurgedConsult>> {
    let claimed = query(
        "UPDATE consults SET purged_at = $3, is_open = $4, is_queued = $4, next_deadline = NULL, lease_node = NULL, \
         lease_until = NULL, detail = $5 WHERE id = $1 AND seq = $2 AND purged_at IS NULL \
         AND (ended_at IS NOT NULL OR taken_over_at IS NOT NULL)",
    )
    .bind(consult_id)
    .bind(expected_seq)
    .bind(at)
    .bind(false)
    .bind(reduced_detail.to_owned())
    .execute(&mut *db)
    .await?;
    if claimed.rows_affected() == 0 {
        return Ok(None);
    }
    for sql in [
        "UPDATE consult_events SET body = NULL, salt = NULL WHERE consult_id = $1",
        "UPDATE exports SET state = 'expired' WHERE consult_id = $1 AND state IN ('requested', 'approved')",
        // Free text: people name patients in it whatever the form says.
        "UPDATE exports SET reason = '' WHERE consult_id = $1",
        "UPDATE notices SET reason = '' WHERE consult_id = $1",
        "DELETE FROM consult_people WHERE consult_id = $1",
        "DELETE FROM guests WHERE consult_id = $1",
        "DELETE FROM bookings WHERE consult_id = $1",
        "DELETE FROM room_leases WHERE consult_id = $1",
        "DELETE FROM sessions WHERE only_consult = $1",
        "DELETE FROM links WHERE only_consult = $1",
    ] {
        query(sql).bind(consult_id).execute(&mut *db).await?;
    }
    delivery::purge(db, consult_id).await?;
    let rows = query("SELECT study_id FROM consult_studies WHERE consult_id = $1 ORDER BY study_id")
        .bind(consult_id)
        .fetch_all(&mut *db)
        .await?;
    let mut studies = Vec::new();
    for study_id in ids(&rows)? {
        if lock_study(db, study_id).await? && !is_held(db, study_id).await? {
            studies.push((study_id, empty_study(db, study_id, at).await?));
        }
    }
    Ok(Some(PurgedConsult { studies }))
}

/// The study's row is locked before the question who needs it, as above.
pub(in crate::store) async fn purge_study(db: &mut Conn, study_id: Uuid, older_than: i64, at: i64) -> Result<bool> {
    let due =
        lock_study(db, study_id).await? && is_old(db, study_id, older_than).await? && !is_held(db, study_id).await?;
    if due {
        empty_study(db, study_id, at).await?;
    }
    Ok(due)
}

async fn is_old(db: &mut Conn, study_id: Uuid, older_than: i64) -> Result<bool> {
    let old = query("SELECT 1 FROM studies WHERE id = $1 AND updated_at < $2").bind(study_id).bind(older_than);
    Ok(old.fetch_optional(db).await?.is_some())
}

/// Makes everybody wait who adds an object to this study, attaches it or purges it. `false` when it was purged.
pub(super) async fn lock_study(db: &mut Conn, study_id: Uuid) -> Result<bool> {
    let locked = query("UPDATE studies SET updated_at = updated_at WHERE id = $1 AND wrapped_key IS NOT NULL")
        .bind(study_id)
        .execute(db)
        .await?;
    Ok(locked.rows_affected() == 1)
}

/// A consult that was not purged needs this study; one that detached it does not.
async fn is_held(db: &mut Conn, study_id: Uuid) -> Result<bool> {
    let holder = query(
        "SELECT 1 FROM consult_studies cs JOIN consults c ON c.id = cs.consult_id \
         WHERE cs.study_id = $1 AND c.purged_at IS NULL AND NOT cs.is_detached LIMIT 1",
    )
    .bind(study_id)
    .fetch_optional(db)
    .await?;
    Ok(holder.is_some())
}

/// The UID leads to the patient in the house's own archive: it goes too, and the same study may come again as a new
/// one. `2.25.` and the id as a decimal number is a UID of nobody's (PS3.5 B.2).
async fn empty_study(db: &mut Conn, study_id: Uuid, at: i64) -> Result<Vec<String>> {
    query(
        "UPDATE studies SET wrapped_key = NULL, study_instance_uid = $2, updated_at = $3, received = 0, \
         series_count = 0, modalities = '[]', study_date = NULL, study_time = NULL, accession_number = NULL, \
         referring_physician = NULL, study_description = NULL, patient_name = NULL, patient_id = NULL, \
         patient_birth_date = NULL, patient_sex = NULL, dicom_study_id = NULL, folded_referring_physician = NULL, \
         folded_study_description = NULL, folded_patient_name = NULL WHERE id = $1",
    )
    .bind(study_id)
    .bind(format!("2.25.{}", study_id.as_u128()))
    .bind(at)
    .execute(&mut *db)
    .await?;
    let rows = query("SELECT blob_address FROM instances WHERE study_id = $1 ORDER BY blob_address")
        .bind(study_id)
        .fetch_all(&mut *db)
        .await?;
    let addresses = rows.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<Vec<String>>>()?;
    dead_blobs::note(db, study_id).await?;
    for sql in ["DELETE FROM instances WHERE study_id = $1", "DELETE FROM series WHERE study_id = $1"] {
        query(sql).bind(study_id).execute(&mut *db).await?;
    }
    Ok(addresses)
}
