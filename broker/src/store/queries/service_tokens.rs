//! Bearer tokens of machines.

use super::{Conn, Result, Row, all, query};
use crate::{app::ports::ServiceTokenRow, store::fold::clean};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, label, scope, hospital_id, issued_at, expires_at, revoked_at"
    };
}

pub(in crate::store) async fn insert(db: &mut Conn, row: &ServiceTokenRow) -> Result<()> {
    query(concat!("INSERT INTO service_tokens (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7)"))
        .bind(row.id)
        .bind(clean(&row.label).into_owned())
        .bind(row.scope.clone())
        .bind(row.hospital_id)
        .bind(row.issued_at)
        .bind(row.expires_at)
        .bind(row.revoked_at)
        .execute(db)
        .await?;
    Ok(())
}

pub(in crate::store) async fn token(db: &mut Conn, id: Uuid) -> Result<Option<ServiceTokenRow>> {
    let row =
        query(concat!("SELECT ", columns!(), " FROM service_tokens WHERE id = $1")).bind(id).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::store) async fn list(db: &mut Conn) -> Result<Vec<ServiceTokenRow>> {
    let rows = query(concat!("SELECT ", columns!(), " FROM service_tokens ORDER BY issued_at DESC, id DESC"))
        .fetch_all(db)
        .await?;
    all(&rows, read)
}

/// The first revocation counts.
pub(in crate::store) async fn revoke(db: &mut Conn, id: Uuid, at: i64) -> Result<bool> {
    let revoked = query("UPDATE service_tokens SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1")
        .bind(id)
        .bind(at)
        .execute(db)
        .await?;
    Ok(revoked.rows_affected() == 1)
}

fn read(row: &Row) -> Result<ServiceTokenRow> {
    Ok(ServiceTokenRow {
        id: row.try_get("id")?,
        label: row.try_get("label")?,
        scope: row.try_get("scope")?,
        hospital_id: row.try_get("hospital_id")?,
        issued_at: row.try_get("issued_at")?,
        expires_at: row.try_get("expires_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}
