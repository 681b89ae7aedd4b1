//! Departments, and what was done so that a house can begin.

use super::{Conn, Result, all, query};
use crate::app::ports::*;
use sqlx::Row as _;
use uuid::Uuid;

pub(super) async fn departments(db: &mut Conn) -> Result<Vec<DepartmentRow>> {
    let rows = query("SELECT id, hospital_id, name, phone FROM departments ORDER BY id").fetch_all(db).await?;
    all(&rows, |row| {
        Ok(DepartmentRow {
            id: row.try_get("id")?,
            hospital_id: row.try_get("hospital_id")?,
            name: row.try_get("name")?,
            phone: row.try_get("phone")?,
        })
    })
}

/// `(person, department)`.
pub(super) async fn members(db: &mut Conn) -> Result<Vec<(Uuid, Uuid)>> {
    let rows =
        query("SELECT person_id, department_id FROM department_members ORDER BY person_id").fetch_all(db).await?;
    all(&rows, |row| Ok((row.try_get(0)?, row.try_get(1)?)))
}

pub(super) async fn department(db: &mut Conn, row: &DepartmentRow) -> Result<()> {
    query(
        "INSERT INTO departments (id, hospital_id, name, phone) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE \
         SET hospital_id = excluded.hospital_id, name = excluded.name, phone = excluded.phone",
    )
    .bind(row.id)
    .bind(row.hospital_id)
    .bind(row.name.clone())
    .bind(row.phone.clone())
    .execute(db)
    .await?;
    Ok(())
}

/// `None` takes the person out of theirs.
pub(super) async fn member(db: &mut Conn, person: Uuid, department: Option<Uuid>) -> Result<()> {
    let Some(department) = department else {
        query("DELETE FROM department_members WHERE person_id = $1").bind(person).execute(db).await?;
        return Ok(());
    };
    query(
        "INSERT INTO department_members (person_id, department_id) VALUES ($1, $2) ON CONFLICT (person_id) DO UPDATE \
         SET department_id = excluded.department_id",
    )
    .bind(person)
    .bind(department)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn steps(db: &mut Conn, hospital: Uuid) -> Result<Vec<OnboardingRow>> {
    let rows = query(
        "SELECT hospital_id, step, done_by, done_at, note, consult_id FROM onboarding WHERE hospital_id = $1 \
         ORDER BY step",
    )
    .bind(hospital)
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(OnboardingRow {
            hospital_id: row.try_get("hospital_id")?,
            step: row.try_get("step")?,
            done_by: row.try_get("done_by")?,
            done_at: row.try_get("done_at")?,
            note: row.try_get("note")?,
            consult_id: row.try_get("consult_id")?,
        })
    })
}

pub(in crate::store) async fn put_step(db: &mut Conn, row: &OnboardingRow) -> Result<()> {
    query(
        "INSERT INTO onboarding (hospital_id, step, done_by, done_at, note, consult_id) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (hospital_id, step) DO UPDATE SET done_by = excluded.done_by, done_at = excluded.done_at, \
         note = excluded.note, consult_id = excluded.consult_id",
    )
    .bind(row.hospital_id)
    .bind(row.step.clone())
    .bind(row.done_by)
    .bind(row.done_at)
    .bind(row.note.clone())
    .bind(row.consult_id)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn delete_step(db: &mut Conn, hospital: Uuid, step: &str) -> Result<()> {
    query("DELETE FROM onboarding WHERE hospital_id = $1 AND step = $2")
        .bind(hospital)
        .bind(step.to_owned())
        .execute(db)
        .await?;
    Ok(())
}
