//! Addresses of sealed objects whose key is gone. The purge notes them in its own transaction, so that a crash between it
//! and the deletion of the objects leaves none behind for ever.

use super::{Conn, Result, all, query};
use sqlx::Row as _;

pub(in crate::store) async fn some(db: &mut Conn, limit: u32) -> Result<Vec<String>> {
    let rows =
        query("SELECT address FROM dead_blobs ORDER BY address LIMIT $1").bind(i64::from(limit)).fetch_all(db).await?;
    all(&rows, |row| Ok(row.try_get(0)?))
}

pub(in crate::store) async fn forget(db: &mut Conn, addresses: &[String]) -> Result<()> {
    for address in addresses {
        query("DELETE FROM dead_blobs WHERE address = $1").bind(address.clone()).execute(&mut *db).await?;
    }
    Ok(())
}

pub(super) async fn note(db: &mut Conn, study_id: uuid::Uuid) -> Result<()> {
    query(
        "INSERT INTO dead_blobs (address) SELECT blob_address FROM instances WHERE study_id = $1 \
         ON CONFLICT (address) DO NOTHING",
    )
    .bind(study_id)
    .execute(db)
    .await?;
    Ok(())
}
