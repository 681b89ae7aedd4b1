//! The ticker's work list.

use super::{Conn, Result, SKIP_LOCKED, Sql, query};
use sqlx::Row as _;
use uuid::Uuid;

/// The inner query runs once (MATERIALIZED): PostgreSQL may otherwise repeat it in a join and lock more than `limit`.
pub(in crate::store) async fn claim(
    db: &mut Conn,
    now: i64,
    lease_until: i64,
    node: &str,
    limit: u32,
) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new("WITH due AS MATERIALIZED (SELECT id FROM consults WHERE next_deadline <= ");
    sql.push_bind(now).push(" AND (lease_until IS NULL OR lease_until <= ").push_bind(now);
    sql.push(" OR lease_until > ").push_bind(lease_until);
    sql.push(") ORDER BY next_deadline, id LIMIT ").push_bind(i64::from(limit)).push(SKIP_LOCKED);
    sql.push(") UPDATE consults SET lease_node = ").push_bind(node.to_owned());
    sql.push(", lease_until = ").push_bind(lease_until);
    sql.push(" WHERE id IN (SELECT id FROM due) RETURNING next_deadline, id");
    let mut claimed = Vec::new();
    for row in sql.build().fetch_all(db).await? {
        claimed.push((row.try_get::<i64, _>(0)?, row.try_get::<Uuid, _>(1)?));
    }
    claimed.sort_unstable();
    Ok(claimed.into_iter().map(|(_, id)| id).collect())
}

pub(in crate::store) async fn release(db: &mut Conn, consult_id: Uuid, node: &str) -> Result<()> {
    query("UPDATE consults SET lease_node = NULL, lease_until = NULL WHERE id = $1 AND lease_node = $2")
        .bind(consult_id)
        .bind(node.to_owned())
        .execute(db)
        .await?;
    Ok(())
}

pub(in crate::store) async fn earliest(db: &mut Conn) -> Result<Option<i64>> {
    let row = query("SELECT MIN(next_deadline) FROM consults WHERE next_deadline IS NOT NULL").fetch_one(db).await?;
    Ok(row.try_get(0)?)
}
