//! Who runs a room, and which join tickets were used.

use super::{Conn, Result, Row, ids, query};
use crate::app::ports::Lease;
use sqlx::Row as _;
use uuid::Uuid;

pub(in crate::store) async fn consume_ticket(db: &mut Conn, jti: Uuid, expires_at: i64) -> Result<bool> {
    let inserted = query("INSERT INTO used_tickets (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING")
        .bind(jti)
        .bind(expires_at)
        .execute(db)
        .await?;
    Ok(inserted.rows_affected() == 1)
}

/// One statement decides: it writes only over the caller's own or a lapsed lease.
pub(in crate::store) async fn claim(
    db: &mut Conn,
    consult_id: Uuid,
    node: &str,
    url: &str,
    now: i64,
    ttl_ms: i64,
) -> Result<Lease> {
    let taken = query(
        "INSERT INTO room_leases (consult_id, node, url, epoch, lease_until) VALUES ($1, $2, $3, 1, $4) \
         ON CONFLICT (consult_id) DO UPDATE SET \
         epoch = room_leases.epoch + CASE WHEN room_leases.node = excluded.node THEN 0 ELSE 1 END, \
         node = excluded.node, url = excluded.url, lease_until = excluded.lease_until \
         WHERE room_leases.node = excluded.node OR room_leases.lease_until <= $5 \
         RETURNING node, url, epoch, lease_until",
    )
    .bind(consult_id)
    .bind(node.to_owned())
    .bind(url.to_owned())
    .bind(now.saturating_add(ttl_ms))
    .bind(now)
    .fetch_optional(&mut *db)
    .await?;
    match taken {
        Some(row) => lease_of(&row),
        None => lease(db, consult_id).await?.ok_or_else(|| sqlx::Error::RowNotFound.into()),
    }
}

pub(in crate::store) async fn lease(db: &mut Conn, consult_id: Uuid) -> Result<Option<Lease>> {
    let row = query("SELECT node, url, epoch, lease_until FROM room_leases WHERE consult_id = $1")
        .bind(consult_id)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(lease_of).transpose()
}

/// Released ones too: a node that died between the release and the last "left" finds the room again.
pub(in crate::store) async fn of_node(db: &mut Conn, node: &str) -> Result<Vec<Uuid>> {
    let rows = query("SELECT consult_id FROM room_leases WHERE node = $1 ORDER BY consult_id")
        .bind(node.to_owned())
        .fetch_all(db)
        .await?;
    ids(&rows)
}

/// The row stays, for its epoch.
pub(in crate::store) async fn release(db: &mut Conn, consult_id: Uuid, node: &str) -> Result<()> {
    query("UPDATE room_leases SET lease_until = 0 WHERE consult_id = $1 AND node = $2")
        .bind(consult_id)
        .bind(node.to_owned())
        .execute(db)
        .await?;
    Ok(())
}

fn lease_of(row: &Row) -> Result<Lease> {
    Ok(Lease {
        node: row.try_get("node")?,
        url: row.try_get("url")?,
        epoch: row.try_get("epoch")?,
        until: row.try_get("lease_until")?,
    })
}
