//! One received object.
//!
//! The study's row comes first: its lock makes the objects of one study wait for each other, so that the counts are
//! right and two series cannot lock each other. Objects of different studies do not meet.

use super::{Conn, Result, Row, json, list, query, studies::Stored};
use crate::{
    app::ports::{Inserted, InstanceContent, InstanceRow, NewInstance, SeriesRow, StudyColumns},
    store::fold::clean,
};
use sqlx::Row as _;
use uuid::Uuid;

/// Unless the result is [`Inserted::New`] the caller rolls back.
pub(in crate::store) async fn insert(db: &mut Conn, new: &NewInstance) -> Result<Inserted> {
    let study_id = new.instance.study_id;
    let study = count_in_study(db, study_id, &new.study, new.instance.received_at).await?;
    if study.try_get("is_purged")? {
        return Ok(Inserted::Purged);
    }
    if is_other_patient(study.try_get("patient_id")?, new.study.patient_id.as_deref()) {
        return Ok(Inserted::OtherPatient);
    }
    let known: Vec<String> = list(&study, "modalities")?;
    let first_of_series = count_in_series(db, &new.series, study_id).await?;
    if !insert_row(db, &new.instance, &new.content).await? {
        return same_or_different(db, &new.instance).await;
    }
    // A series may learn its modality from a later object.
    if first_of_series || new.series.modality.as_ref().is_some_and(|modality| !known.contains(modality)) {
        summarize(db, study_id).await?;
    }
    Ok(Inserted::New)
}

async fn count_in_study(db: &mut Conn, study_id: Uuid, columns: &StudyColumns, at: i64) -> Result<Row> {
    let c = Stored::from(columns);
    let row = query(
        "UPDATE studies SET received = received + 1, updated_at = $2, \
         study_date = COALESCE(study_date, $3), study_time = COALESCE(study_time, $4), \
         accession_number = COALESCE(accession_number, $5), \
         folded_referring_physician = CASE WHEN referring_physician IS NULL THEN $6 ELSE folded_referring_physician END, \
         referring_physician = COALESCE(referring_physician, $7), \
         folded_study_description = CASE WHEN study_description IS NULL THEN $8 ELSE folded_study_description END, \
         study_description = COALESCE(study_description, $9), \
         folded_patient_name = CASE WHEN patient_name IS NULL THEN $10 ELSE folded_patient_name END, \
         patient_name = COALESCE(patient_name, $11), patient_id = COALESCE(patient_id, $12), \
         patient_birth_date = COALESCE(patient_birth_date, $13), patient_sex = COALESCE(patient_sex, $14), \
         dicom_study_id = COALESCE(dicom_study_id, $15) WHERE id = $1 \
         RETURNING modalities, patient_id, wrapped_key IS NULL AS is_purged",
    )
    .bind(study_id)
    .bind(at)
    .bind(c.plain.study_date)
    .bind(c.plain.study_time)
    .bind(c.plain.accession_number)
    .bind(c.folded_referring_physician)
    .bind(c.plain.referring_physician)
    .bind(c.folded_study_description)
    .bind(c.plain.study_description)
    .bind(c.folded_patient_name)
    .bind(c.plain.patient_name)
    .bind(c.plain.patient_id)
    .bind(c.plain.patient_birth_date)
    .bind(c.plain.patient_sex)
    .bind(c.plain.study_id)
    .fetch_one(db)
    .await?;
    Ok(row)
}

/// The stored one is the first that an object named; two objects that arrive together wait for each other at its row.
fn is_other_patient(stored: Option<&str>, arriving: Option<&str>) -> bool {
    let trimmed = |id: Option<&str>| clean(id.unwrap_or_default()).trim().to_owned();
    let (stored, arriving) = (trimmed(stored), trimmed(arriving));
    !stored.is_empty() && !arriving.is_empty() && stored != arriving
}

/// `true` when this is the series' first object.
async fn count_in_series(db: &mut Conn, row: &SeriesRow, study_id: Uuid) -> Result<bool> {
    let text = |column: &Option<String>| column.as_deref().map(|text| clean(text).into_owned());
    let counted = query(
        "INSERT INTO series (study_id, series_instance_uid, modality, series_number, series_description, body_part, \
         series_date, series_time, instance_count) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) \
         ON CONFLICT (study_id, series_instance_uid) DO UPDATE SET instance_count = series.instance_count + 1, \
         modality = COALESCE(series.modality, excluded.modality), \
         series_number = COALESCE(series.series_number, excluded.series_number), \
         series_description = COALESCE(series.series_description, excluded.series_description), \
         body_part = COALESCE(series.body_part, excluded.body_part), \
         series_date = COALESCE(series.series_date, excluded.series_date), \
         series_time = COALESCE(series.series_time, excluded.series_time) RETURNING instance_count",
    )
    .bind(study_id)
    .bind(row.series_instance_uid.clone())
    .bind(text(&row.modality))
    .bind(row.series_number)
    .bind(text(&row.series_description))
    .bind(text(&row.body_part))
    .bind(text(&row.series_date))
    .bind(text(&row.series_time))
    .fetch_one(db)
    .await?;
    Ok(counted.try_get::<i64, _>(0)? == 1)
}

async fn insert_row(db: &mut Conn, row: &InstanceRow, content: &InstanceContent) -> Result<bool> {
    let inserted = query(
        "INSERT INTO instances (study_id, sop_instance_uid, series_instance_uid, sop_class_uid, transfer_syntax_uid, \
         instance_number, pixel_rows, pixel_columns, bits_allocated, frames, digest, byte_size, blob_address, \
         sealed_metadata, frame_table, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         ON CONFLICT (study_id, sop_instance_uid) DO NOTHING",
    )
    .bind(row.study_id)
    .bind(row.sop_instance_uid.clone())
    .bind(row.series_instance_uid.clone())
    .bind(row.sop_class_uid.clone())
    .bind(row.transfer_syntax_uid.clone())
    .bind(row.instance_number)
    .bind(row.rows)
    .bind(row.columns)
    .bind(row.bits_allocated)
    .bind(row.frames)
    .bind(row.digest.clone())
    .bind(row.size)
    .bind(row.blob.clone())
    .bind(content.sealed_metadata.clone())
    .bind(content.frame_table.clone())
    .bind(row.received_at)
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn same_or_different(db: &mut Conn, row: &InstanceRow) -> Result<Inserted> {
    let stored: Vec<u8> = query("SELECT digest FROM instances WHERE study_id = $1 AND sop_instance_uid = $2")
        .bind(row.study_id)
        .bind(row.sop_instance_uid.clone())
        .fetch_one(db)
        .await?
        .try_get(0)?;
    Ok(if stored == row.digest { Inserted::Same } else { Inserted::Different })
}

async fn summarize(db: &mut Conn, study_id: Uuid) -> Result<()> {
    let rows = query("SELECT modality FROM series WHERE study_id = $1 ORDER BY modality")
        .bind(study_id)
        .fetch_all(&mut *db)
        .await?;
    let mut modalities = Vec::new();
    for row in &rows {
        modalities.extend(row.try_get::<Option<String>, _>(0)?);
    }
    modalities.dedup();
    query("UPDATE studies SET series_count = $2, modalities = $3 WHERE id = $1")
        .bind(study_id)
        .bind(rows.len() as i64)
        .bind(json(&modalities)?)
        .execute(db)
        .await?;
    Ok(())
}
