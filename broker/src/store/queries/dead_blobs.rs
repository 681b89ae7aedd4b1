//! Addresses of sealed objects whose key is gone. The purge notes them in its own transaction, so that a crash between it
//! and the deletion of the objects leaves none behind for ever.

use super::{Conn, Result, Sql, all, query};
use sqlx::Row as _;

pub(in crate::store) async fn some(db: &mut Conn, after: Option<&str>, limit: u32) -> Result<Vec<String>> {
    let mut sql = Sql::new("SELECT address FROM dead_blobs");
    if let Some(after) = after {
        sql.push(" WHERE address > ").push_bind(after.to_owned());
    }
    sql.push(" ORDER BY address LIMIT ").push_bind(i64::from(limit));
    all(&sql.build().fetch_all(db).await?, |row| Ok(row.try_get(0)?))
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
