//! Studies, and the consults that they hang on.

use super::{Conn, Result, Row, all, ids, json, list, query};
use crate::{
    app::ports::{StudyColumns, StudyRow},
    store::fold::{clean, fold},
};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "st.id, st.hospital_id, st.study_instance_uid, st.wrapped_key, st.created_at, st.updated_at, st.declared, \
         st.received, st.series_count, st.modalities, st.study_date, st.study_time, st.accession_number, \
         st.referring_physician, st.study_description, st.patient_name, st.patient_id, st.patient_birth_date, \
         st.patient_sex, st.dicom_study_id"
    };
}
pub(super) use columns;

/// The house and the UID are the key: whoever comes second gets the first one's row, with its wrapped key.
pub(in crate::store) async fn ensure(db: &mut Conn, row: &StudyRow) -> Result<StudyRow> {
    let c = Stored::from(&row.columns);
    query(
        "INSERT INTO studies (id, hospital_id, study_instance_uid, wrapped_key, created_at, updated_at, declared, \
         received, series_count, modalities, study_date, study_time, accession_number, referring_physician, \
         study_description, patient_name, patient_id, patient_birth_date, patient_sex, dicom_study_id, \
         folded_referring_physician, folded_study_description, folded_patient_name) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
         $23) ON CONFLICT (hospital_id, study_instance_uid) DO NOTHING",
    )
    .bind(row.id)
    .bind(row.hospital_id)
    .bind(row.study_instance_uid.clone())
    .bind(row.wrapped_key.clone())
    .bind(row.created_at)
    .bind(row.updated_at)
    .bind(row.declared)
    .bind(row.received)
    .bind(row.series_count)
    .bind(json(&row.modalities)?)
    .bind(c.plain.study_date)
    .bind(c.plain.study_time)
    .bind(c.plain.accession_number)
    .bind(c.plain.referring_physician)
    .bind(c.plain.study_description)
    .bind(c.plain.patient_name)
    .bind(c.plain.patient_id)
    .bind(c.plain.patient_birth_date)
    .bind(c.plain.patient_sex)
    .bind(c.plain.study_id)
    .bind(c.folded_referring_physician)
    .bind(c.folded_study_description)
    .bind(c.folded_patient_name)
    .execute(&mut *db)
    .await?;
    let row = query(concat!(
        "SELECT ",
        columns!(),
        " FROM studies st WHERE st.hospital_id = $1 AND st.study_instance_uid = $2"
    ))
    .bind(row.hospital_id)
    .bind(row.study_instance_uid.clone())
    .fetch_one(db)
    .await?;
    read(&row)
}

pub(in crate::store) async fn study(db: &mut Conn, study_id: Uuid) -> Result<Option<StudyRow>> {
    let row = query(concat!("SELECT ", columns!(), " FROM studies st WHERE st.id = $1"))
        .bind(study_id)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::store) async fn by_uid(db: &mut Conn, study_instance_uid: &str) -> Result<Vec<StudyRow>> {
    let rows = query(concat!(
        "SELECT ",
        columns!(),
        " FROM studies st WHERE st.study_instance_uid = $1 ORDER BY st.created_at DESC, st.id DESC"
    ))
    .bind(clean(study_instance_uid).into_owned())
    .fetch_all(db)
    .await?;
    all(&rows, read)
}

pub(in crate::store) async fn declare(db: &mut Conn, study_id: Uuid, instances: i64) -> Result<()> {
    query("UPDATE studies SET declared = $2 WHERE id = $1").bind(study_id).bind(instances).execute(db).await?;
    Ok(())
}

pub(in crate::store) async fn inbox(db: &mut Conn, hospital_id: Uuid, limit: u32) -> Result<Vec<StudyRow>> {
    let rows = query(concat!(
        "SELECT ",
        columns!(),
        " FROM studies st WHERE st.hospital_id = $1 AND st.wrapped_key IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM consult_studies cs WHERE cs.study_id = st.id) \
         ORDER BY st.created_at DESC, st.id DESC LIMIT $2"
    ))
    .bind(hospital_id)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, read)
}

pub(in crate::store) async fn consults_of(db: &mut Conn, study_id: Uuid) -> Result<Vec<Uuid>> {
    let rows = query(
        "SELECT cs.consult_id FROM consult_studies cs JOIN consults c ON c.id = cs.consult_id \
         WHERE cs.study_id = $1 AND c.purged_at IS NULL ORDER BY cs.consult_id",
    )
    .bind(study_id)
    .fetch_all(db)
    .await?;
    ids(&rows)
}

pub(super) fn read(row: &Row) -> Result<StudyRow> {
    Ok(StudyRow {
        id: row.try_get("id")?,
        hospital_id: row.try_get("hospital_id")?,
        study_instance_uid: row.try_get("study_instance_uid")?,
        wrapped_key: row.try_get("wrapped_key")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        declared: row.try_get("declared")?,
        received: row.try_get("received")?,
        series_count: row.try_get("series_count")?,
        modalities: list(row, "modalities")?,
        columns: StudyColumns {
            study_date: row.try_get("study_date")?,
            study_time: row.try_get("study_time")?,
            accession_number: row.try_get("accession_number")?,
            referring_physician: row.try_get("referring_physician")?,
            study_description: row.try_get("study_description")?,
            patient_name: row.try_get("patient_name")?,
            patient_id: row.try_get("patient_id")?,
            patient_birth_date: row.try_get("patient_birth_date")?,
            patient_sex: row.try_get("patient_sex")?,
            study_id: row.try_get("dicom_study_id")?,
        },
    })
}

/// The QIDO columns as they go into the table.
pub(super) struct Stored {
    pub(super) plain: StudyColumns,
    pub(super) folded_referring_physician: Option<String>,
    pub(super) folded_study_description: Option<String>,
    pub(super) folded_patient_name: Option<String>,
}

impl From<&StudyColumns> for Stored {
    fn from(columns: &StudyColumns) -> Self {
        let text = |column: &Option<String>| column.as_deref().map(|text| clean(text).into_owned());
        let folded = |column: &Option<String>| column.as_deref().map(|text| fold(&clean(text)));
        Self {
            plain: StudyColumns {
                study_date: text(&columns.study_date),
                study_time: text(&columns.study_time),
                accession_number: text(&columns.accession_number),
                referring_physician: text(&columns.referring_physician),
                study_description: text(&columns.study_description),
                patient_name: text(&columns.patient_name),
                patient_id: text(&columns.patient_id),
                patient_birth_date: text(&columns.patient_birth_date),
                patient_sex: text(&columns.patient_sex),
                study_id: text(&columns.study_id),
            },
            folded_referring_physician: folded(&columns.referring_physician),
            folded_study_description: folded(&columns.study_description),
            folded_patient_name: folded(&columns.patient_name),
        }
    }
}
