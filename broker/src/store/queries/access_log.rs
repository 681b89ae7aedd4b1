//! Who read which study.

use super::{Conn, Result, query};
use crate::app::ports::AccessRow;

/// The first read of a quarter of an hour counts.
pub(in crate::store) async fn insert(db: &mut Conn, row: &AccessRow) -> Result<()> {
    query(
        "INSERT INTO access_log (person_id, session, study_id, window_start, first_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (person_id, session, study_id, window_start) DO NOTHING",
    )
    .bind(row.person_id)
    .bind(row.session.clone())
    .bind(row.study_id)
    .bind(row.window_start)
    .bind(row.at)
    .execute(db)
    .await?;
    Ok(())
}
