//! Series and instances, read.

use super::{Conn, Result, Row, Sql, all, query};
use crate::{
    app::ports::{InstanceContent, InstanceRow, SeriesRow, StoredInstance},
    store::fold::clean,
};
use sqlx::Row as _;
use std::collections::BTreeMap;
use uuid::Uuid;

/// UIDs that one statement asks for. SQLite takes 32,766 values in a statement; fewer cost more statements.
const CHUNK: usize = 1000;

macro_rules! columns {
    () => {
        "i.study_id, i.series_instance_uid, i.sop_instance_uid, i.sop_class_uid, i.transfer_syntax_uid, \
         i.instance_number, i.pixel_rows, i.pixel_columns, i.bits_allocated, i.frames, i.digest, i.byte_size, \
         i.blob_address, i.received_at"
    };
}

pub(in crate::store) async fn series(db: &mut Conn, study_id: Uuid) -> Result<Vec<SeriesRow>> {
    let rows = query(
        "SELECT study_id, series_instance_uid, modality, series_number, series_description, body_part, series_date, \
         series_time, instance_count FROM series WHERE study_id = $1 \
         ORDER BY series_number NULLS LAST, series_instance_uid",
    )
    .bind(study_id)
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(SeriesRow {
            study_id: row.try_get("study_id")?,
            series_instance_uid: row.try_get("series_instance_uid")?,
            modality: row.try_get("modality")?,
            series_number: row.try_get("series_number")?,
            series_description: row.try_get("series_description")?,
            body_part: row.try_get("body_part")?,
            series_date: row.try_get("series_date")?,
            series_time: row.try_get("series_time")?,
            instance_count: row.try_get("instance_count")?,
        })
    })
}

pub(in crate::store) async fn page(
    db: &mut Conn,
    study_id: Uuid,
    series_instance_uid: Option<&str>,
    limit: u32,
    offset: u32,
) -> Result<Vec<InstanceRow>> {
    let rows = match series_instance_uid {
        Some(uid) => {
            query(concat!(
                "SELECT ",
                columns!(),
                " FROM instances i WHERE i.study_id = $1 AND i.series_instance_uid = $2 \
                 ORDER BY i.instance_number NULLS LAST, i.sop_instance_uid LIMIT $3 OFFSET $4"
            ))
            .bind(study_id)
            .bind(clean(uid).into_owned())
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(db)
            .await?
        }
        None => {
            query(concat!(
                "SELECT ",
                columns!(),
                " FROM instances i JOIN series se ON se.study_id = i.study_id \
                 AND se.series_instance_uid = i.series_instance_uid WHERE i.study_id = $1 \
                 ORDER BY se.series_number NULLS LAST, i.series_instance_uid, i.instance_number NULLS LAST, \
                 i.sop_instance_uid LIMIT $2 OFFSET $3"
            ))
            .bind(study_id)
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(db)
            .await?
        }
    };
    all(&rows, read)
}

pub(in crate::store) async fn instance(
    db: &mut Conn,
    study_id: Uuid,
    sop_instance_uid: &str,
) -> Result<Option<StoredInstance>> {
    let row = query(concat!(
        "SELECT ",
        columns!(),
        ", i.sealed_metadata, i.frame_table FROM instances i WHERE i.study_id = $1 AND i.sop_instance_uid = $2"
    ))
    .bind(study_id)
    .bind(clean(sop_instance_uid).into_owned())
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let content = InstanceContent {
            sealed_metadata: row.try_get("sealed_metadata")?,
            frame_table: row.try_get("frame_table")?,
        };
        Ok(StoredInstance { row: read(&row)?, content })
    })
    .transpose()
}

pub(in crate::store) async fn metadata(
    db: &mut Conn,
    study_id: Uuid,
    sop_instance_uids: &[String],
) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for chunk in sop_instance_uids.chunks(CHUNK) {
        let mut sql = Sql::new("SELECT sop_instance_uid, sealed_metadata FROM instances WHERE study_id = ");
        sql.push_bind(study_id).push(" AND sop_instance_uid IN (");
        let mut uids = sql.separated(", ");
        chunk.iter().for_each(|uid| {
            uids.push_bind(clean(uid).into_owned());
        });
        sql.push(")");
        for row in sql.build().persistent(false).fetch_all(&mut *db).await? {
            found.insert(row.try_get(0)?, row.try_get(1)?);
        }
    }
    Ok(found)
}

fn read(row: &Row) -> Result<InstanceRow> {
    Ok(InstanceRow {
        study_id: row.try_get("study_id")?,
        series_instance_uid: row.try_get("series_instance_uid")?,
        sop_instance_uid: row.try_get("sop_instance_uid")?,
        sop_class_uid: row.try_get("sop_class_uid")?,
        transfer_syntax_uid: row.try_get("transfer_syntax_uid")?,
        instance_number: row.try_get("instance_number")?,
        rows: row.try_get("pixel_rows")?,
        columns: row.try_get("pixel_columns")?,
        bits_allocated: row.try_get("bits_allocated")?,
        frames: row.try_get("frames")?,
        digest: row.try_get("digest")?,
        size: row.try_get("byte_size")?,
        blob: row.try_get("blob_address")?,
        received_at: row.try_get("received_at")?,
    })
}
