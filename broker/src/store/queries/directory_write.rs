//! People, houses, services, rotas: upserted.

use super::{
    Conn, Result, counters, feeds, json, notices, onboarding, planning, policies, query, sessions, slots, swaps,
    weights,
};
use crate::{app::ports::*, store::fold::fold};

/// Takes the revision first: writers of the directory queue there, so that two of them cannot lock each other's rows
/// in a different order.
pub(in crate::store) async fn write(db: &mut Conn, rows: &DirectoryWrite) -> Result<i64> {
    let revision = counters::raise(db, counters::DIRECTORY, 1).await?;
    upsert(db, rows).await?;
    Ok(revision)
}

async fn upsert(db: &mut Conn, rows: &DirectoryWrite) -> Result<()> {
    for row in &rows.hospitals {
        hospital(db, row).await?;
    }
    for row in &rows.departments {
        onboarding::department(db, row).await?;
    }
    for row in &rows.networks {
        network(db, row).await?;
    }
    for row in &rows.services {
        service(db, row).await?;
    }
    for row in &rows.people {
        person(db, row).await?;
    }
    for (person, department) in &rows.members {
        onboarding::member(db, *person, *department).await?;
    }
    for row in &rows.contracts {
        contract(db, row).await?;
    }
    for row in &rows.policies {
        policies::write(db, row).await?;
    }
    for row in &rows.weights {
        weights::insert(db, row).await?;
    }
    for row in &rows.rotas {
        rota(db, row).await?;
    }
    for row in &rows.absences {
        planning::absence(db, row).await?;
    }
    for row in &rows.booking_rules {
        slots::put_rules(db, row).await?;
    }
    for id in &rows.no_absences {
        planning::delete_absence(db, *id).await?;
    }
    for (service, rev) in &rows.no_drafts {
        planning::delete_draft(db, *service, *rev).await?;
    }
    for row in &rows.duty_notes {
        planning::insert_duty_note(db, row).await?;
    }
    for row in &rows.rota_settings {
        planning::put_settings(db, row).await?;
    }
    for row in &rows.feeds {
        feeds::put_feed(db, row).await?;
    }
    for row in &rows.hand_over_notes {
        swaps::insert_hand_over_note(db, row).await?;
    }
    for id in &rows.no_feeds {
        feeds::delete_feed(db, *id).await?;
    }
    for (person_id, password_hash) in &rows.credentials {
        sessions::set_password(db, *person_id, password_hash).await?;
    }
    for row in &rows.notices {
        notices::insert(db, row).await?;
    }
    Ok(())
}

/// Writes if the revision still is `expected`. The revision is taken first, so that of two who come at once the second
/// one sees the first one's.
pub(in crate::store) async fn write_at(db: &mut Conn, rows: &DirectoryWrite, expected: i64) -> Result<Option<i64>> {
    let revision = counters::raise_from(db, counters::DIRECTORY, expected).await?;
    if revision.is_some() {
        for row in &rows.swaps {
            // The caller undoes the rest: `None` rolls back.
            if !swaps::put(db, row).await? {
                return Ok(None);
            }
        }
        upsert(db, rows).await?;
    }
    Ok(revision)
}

async fn hospital(db: &mut Conn, row: &HospitalRow) -> Result<()> {
    query(
        "INSERT INTO hospitals (id, name, city, phone) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, city = excluded.city, phone = excluded.phone",
    )
    .bind(row.id)
    .bind(row.name.clone())
    .bind(row.city.clone())
    .bind(row.phone.clone())
    .execute(db)
    .await?;
    Ok(())
}

async fn network(db: &mut Conn, row: &NetworkRow) -> Result<()> {
    query("INSERT INTO networks (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name")
        .bind(row.id)
        .bind(row.name.clone())
        .execute(db)
        .await?;
    Ok(())
}

async fn service(db: &mut Conn, row: &ServiceRow) -> Result<()> {
    query(
        "INSERT INTO services (id, network_id, specialty, name, fallback_phone, zone, is_exclusive, rules) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (id) DO UPDATE SET network_id = excluded.network_id, specialty = excluded.specialty, \
         name = excluded.name, fallback_phone = excluded.fallback_phone, zone = excluded.zone, \
         is_exclusive = excluded.is_exclusive, rules = excluded.rules",
    )
    .bind(row.id)
    .bind(row.network_id)
    .bind(row.specialty.clone())
    .bind(row.name.clone())
    .bind(row.fallback_phone.clone())
    .bind(row.zone.clone())
    .bind(row.exclusive)
    .bind(row.rules.clone())
    .execute(db)
    .await?;
    Ok(())
}

async fn person(db: &mut Conn, row: &PersonRow) -> Result<()> {
    query(
        "INSERT INTO people (id, hospital_id, name, email, phone, roles, networks, languages, qualifications, \
         resting_until, rules, is_active) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (id) DO UPDATE SET hospital_id = excluded.hospital_id, name = excluded.name, \
         email = excluded.email, phone = excluded.phone, roles = excluded.roles, networks = excluded.networks, \
         languages = excluded.languages, qualifications = excluded.qualifications, \
         resting_until = excluded.resting_until, rules = excluded.rules, is_active = excluded.is_active",
    )
    .bind(row.id)
    .bind(row.hospital_id)
    .bind(row.name.clone())
    .bind(fold(&row.email))
    .bind(row.phone.clone())
    .bind(json(&row.roles)?)
    .bind(json(&row.networks)?)
    .bind(json(&row.languages)?)
    .bind(json(&row.qualifications)?)
    .bind(row.resting_until)
    .bind(row.rules.clone())
    .bind(row.active)
    .execute(db)
    .await?;
    Ok(())
}

async fn contract(db: &mut Conn, row: &ContractRow) -> Result<()> {
    query(
        "INSERT INTO contracts (service_id, provider_hospital_id, hospital_id) VALUES ($1, $2, $3) \
         ON CONFLICT (service_id, provider_hospital_id, hospital_id) DO NOTHING",
    )
    .bind(row.service_id)
    .bind(row.provider_hospital_id)
    .bind(row.hospital_id)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn delete_contract(db: &mut Conn, row: &ContractRow) -> Result<i64> {
    let revision = counters::raise(db, counters::DIRECTORY, 1).await?;
    query("DELETE FROM contracts WHERE service_id = $1 AND provider_hospital_id = $2 AND hospital_id = $3")
        .bind(row.service_id)
        .bind(row.provider_hospital_id)
        .bind(row.hospital_id)
        .execute(db)
        .await?;
    Ok(revision)
}

/// The given revision is not looked at: the stored one grows, and the history keeps it.
async fn rota(db: &mut Conn, row: &RotaRow) -> Result<()> {
    query(
        "INSERT INTO rotas (service_id, revision, body, author, published_at, note) VALUES ($1, 1, $2, $3, $4, $5) \
         ON CONFLICT (service_id) DO UPDATE SET revision = rotas.revision + 1, body = excluded.body, \
         author = excluded.author, published_at = excluded.published_at, note = excluded.note",
    )
    .bind(row.service_id)
    .bind(row.body.clone())
    .bind(row.author)
    .bind(row.published_at)
    .bind(row.note.clone())
    .execute(&mut *db)
    .await?;
    query(
        "INSERT INTO rota_history (service_id, revision, body, author, published_at, note) \
         SELECT service_id, revision, body, author, published_at, note FROM rotas WHERE service_id = $1",
    )
    .bind(row.service_id)
    .execute(db)
    .await?;
    Ok(())
}
