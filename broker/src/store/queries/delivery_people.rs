//! How people are reached: devices, settings, self-tests.

use super::{Conn, Result, Row, Sql, all, json, list, query};
use crate::{
    app::ports::{ContactRow, SelfTestRow, SubscriptionRow},
    store::fold::clean,
};
use sqlx::Row as _;
use uuid::Uuid;

/// `false` when the id is somebody else's, or the person has `most` others.
pub(in crate::store) async fn put_subscription(db: &mut Conn, row: &SubscriptionRow, most: u32) -> Result<bool> {
    let others = query("SELECT COUNT(*) FROM push_subscriptions WHERE person_id = $1 AND id <> $2")
        .bind(row.person_id)
        .bind(row.id)
        .fetch_one(&mut *db)
        .await?
        .try_get::<i64, _>(0)?;
    if others >= i64::from(most) {
        return Ok(false);
    }
    let put = query(
        "INSERT INTO push_subscriptions (id, person_id, sealed, label, since, delivered_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, \
         label = excluded.label WHERE push_subscriptions.person_id = excluded.person_id",
    )
    .bind(row.id)
    .bind(row.person_id)
    .bind(row.sealed.clone())
    .bind(clean(&row.label).into_owned())
    .bind(row.since)
    .bind(row.delivered_at)
    .execute(db)
    .await?;
    Ok(put.rows_affected() == 1)
}

pub(in crate::store) async fn delete_subscription(db: &mut Conn, id: Uuid, person_id: Uuid) -> Result<bool> {
    let gone = query("DELETE FROM push_subscriptions WHERE id = $1 AND person_id = $2")
        .bind(id)
        .bind(person_id)
        .execute(db)
        .await?;
    Ok(gone.rows_affected() == 1)
}

/// Their devices are theirs no more: an administrator has ended everything that is open.
pub(super) async fn delete_subscriptions_of(db: &mut Conn, person_id: Uuid) -> Result<()> {
    query("DELETE FROM push_subscriptions WHERE person_id = $1").bind(person_id).execute(db).await?;
    Ok(())
}

pub(in crate::store) async fn subscriptions(db: &mut Conn, person_id: Uuid) -> Result<Vec<SubscriptionRow>> {
    let rows = query(
        "SELECT id, person_id, sealed, label, since, delivered_at FROM push_subscriptions WHERE person_id = $1 \
         ORDER BY since, id",
    )
    .bind(person_id)
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(SubscriptionRow {
            id: row.try_get("id")?,
            person_id: row.try_get("person_id")?,
            sealed: row.try_get("sealed")?,
            label: row.try_get("label")?,
            since: row.try_get("since")?,
            delivered_at: row.try_get("delivered_at")?,
        })
    })
}

pub(in crate::store) async fn delivered(db: &mut Conn, id: Uuid, person_id: Uuid, at: i64) -> Result<()> {
    query("UPDATE push_subscriptions SET delivered_at = $3 WHERE id = $1 AND person_id = $2")
        .bind(id)
        .bind(person_id)
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}

pub(in crate::store) async fn contact(db: &mut Conn, person_id: Uuid) -> Result<Option<ContactRow>> {
    let row = query("SELECT person_id, channels, sealed_mobile, language FROM contact_settings WHERE person_id = $1")
        .bind(person_id)
        .fetch_optional(db)
        .await?;
    let read = |row: Row| {
        Ok(ContactRow {
            person_id: row.try_get("person_id")?,
            channels: list(&row, "channels")?,
            sealed_mobile: row.try_get("sealed_mobile")?,
            language: row.try_get("language")?,
        })
    };
    row.map(read).transpose()
}

pub(in crate::store) async fn put_contact(db: &mut Conn, row: &ContactRow) -> Result<()> {
    query(
        "INSERT INTO contact_settings (person_id, channels, sealed_mobile, language) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (person_id) DO UPDATE SET channels = excluded.channels, sealed_mobile = excluded.sealed_mobile, \
         language = excluded.language",
    )
    .bind(row.person_id)
    .bind(json(&row.channels)?)
    .bind(row.sealed_mobile.clone())
    .bind(row.language.clone())
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn insert_self_test(db: &mut Conn, row: &SelfTestRow) -> Result<()> {
    query(
        "INSERT INTO self_tests (id, person_id, started_at, push_ms, push_fault, report) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
    )
    .bind(row.id)
    .bind(row.person_id)
    .bind(row.started_at)
    .bind(row.push_ms)
    .bind(row.push_fault.clone())
    .bind(row.report.clone())
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn self_test(db: &mut Conn, id: Uuid) -> Result<Option<SelfTestRow>> {
    let row = query("SELECT id, person_id, started_at, push_ms, push_fault, report FROM self_tests WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read_test).transpose()
}

pub(in crate::store) async fn told(db: &mut Conn, id: Uuid, push_ms: Option<i64>, fault: Option<&str>) -> Result<()> {
    query("UPDATE self_tests SET push_ms = COALESCE(push_ms, $2), push_fault = COALESCE(push_fault, $3) WHERE id = $1")
        .bind(id)
        .bind(push_ms)
        .bind(fault.map(str::to_owned))
        .execute(db)
        .await?;
    Ok(())
}

pub(in crate::store) async fn report(db: &mut Conn, id: Uuid, person_id: Uuid, report: &str) -> Result<bool> {
    let written = query("UPDATE self_tests SET report = $3 WHERE id = $1 AND person_id = $2")
        .bind(id)
        .bind(person_id)
        .bind(report.to_owned())
        .execute(db)
        .await?;
    Ok(written.rows_affected() == 1)
}

pub(in crate::store) async fn last_self_tests(db: &mut Conn, people: &[Uuid]) -> Result<Vec<SelfTestRow>> {
    if people.is_empty() {
        return Ok(vec![]);
    }
    let mut sql = Sql::new(
        "SELECT id, person_id, started_at, push_ms, push_fault, report FROM self_tests t WHERE NOT EXISTS \
         (SELECT 1 FROM self_tests n WHERE n.person_id = t.person_id AND (n.started_at, n.id) > (t.started_at, t.id)) \
         AND t.person_id IN (",
    );
    let mut listed = sql.separated(", ");
    people.iter().for_each(|person| {
        listed.push_bind(*person);
    });
    sql.push(")");
    all(&sql.build().fetch_all(db).await?, read_test)
}

fn read_test(row: &Row) -> Result<SelfTestRow> {
    Ok(SelfTestRow {
        id: row.try_get("id")?,
        person_id: row.try_get("person_id")?,
        started_at: row.try_get("started_at")?,
        push_ms: row.try_get("push_ms")?,
        push_fault: row.try_get("push_fault")?,
        report: row.try_get("report")?,
    })
}
