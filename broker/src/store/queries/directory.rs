//! People, houses, services, rotas: read as a whole.

use super::{Conn, Result, Row, all, counters, list, onboarding, planning, policies, query, slots, weights};
use crate::app::ports::*;
use sqlx::Row as _;

/// The caller holds one state of the database over all statements.
pub(in crate::store) async fn directory(db: &mut Conn) -> Result<DirectoryRows> {
    Ok(DirectoryRows {
        revision: counters::revision(db).await?,
        hospitals: hospitals(db).await?,
        departments: onboarding::departments(db).await?,
        members: onboarding::members(db).await?,
        networks: networks(db).await?,
        services: services(db).await?,
        people: people(db).await?,
        contracts: contracts(db).await?,
        policies: policies::policies(db).await?,
        weights: weights::current(db).await?,
        rotas: rotas(db).await?,
        rota_settings: planning::settings(db).await?,
        absences: planning::absences(db).await?,
        booking_rules: slots::rules(db).await?,
    })
}

async fn hospitals(db: &mut Conn) -> Result<Vec<HospitalRow>> {
    let rows = query("SELECT id, name, city, phone FROM hospitals ORDER BY id").fetch_all(db).await?;
    all(&rows, |row| {
        Ok(HospitalRow {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            city: row.try_get("city")?,
            phone: row.try_get("phone")?,
        })
    })
}

async fn networks(db: &mut Conn) -> Result<Vec<NetworkRow>> {
    let rows = query("SELECT id, name FROM networks ORDER BY id").fetch_all(db).await?;
    all(&rows, |row| Ok(NetworkRow { id: row.try_get("id")?, name: row.try_get("name")? }))
}

async fn services(db: &mut Conn) -> Result<Vec<ServiceRow>> {
    let rows = query(
        "SELECT id, network_id, specialty, name, fallback_phone, zone, is_exclusive, rules FROM services ORDER BY id",
    )
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(ServiceRow {
            id: row.try_get("id")?,
            network_id: row.try_get("network_id")?,
            specialty: row.try_get("specialty")?,
            name: row.try_get("name")?,
            fallback_phone: row.try_get("fallback_phone")?,
            zone: row.try_get("zone")?,
            exclusive: row.try_get("is_exclusive")?,
            rules: row.try_get("rules")?,
        })
    })
}

async fn people(db: &mut Conn) -> Result<Vec<PersonRow>> {
    let rows = query(
        "SELECT id, hospital_id, name, email, phone, roles, networks, languages, qualifications, resting_until, \
         rules, is_active FROM people ORDER BY id",
    )
    .fetch_all(db)
    .await?;
    all(&rows, person)
}

fn person(row: &Row) -> Result<PersonRow> {
    Ok(PersonRow {
        id: row.try_get("id")?,
        hospital_id: row.try_get("hospital_id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        phone: row.try_get("phone")?,
        roles: list(row, "roles")?,
        networks: list(row, "networks")?,
        languages: list(row, "languages")?,
        qualifications: list(row, "qualifications")?,
        resting_until: row.try_get("resting_until")?,
        rules: row.try_get("rules")?,
        active: row.try_get("is_active")?,
    })
}

pub(in crate::store) async fn count_people(db: &mut Conn) -> Result<i64> {
    Ok(query("SELECT COUNT(*) FROM people").fetch_one(db).await?.try_get(0)?)
}

async fn contracts(db: &mut Conn) -> Result<Vec<ContractRow>> {
    let rows = query(
        "SELECT service_id, provider_hospital_id, hospital_id FROM contracts \
         ORDER BY service_id, provider_hospital_id, hospital_id",
    )
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(ContractRow {
            service_id: row.try_get("service_id")?,
            provider_hospital_id: row.try_get("provider_hospital_id")?,
            hospital_id: row.try_get("hospital_id")?,
        })
    })
}

async fn rotas(db: &mut Conn) -> Result<Vec<RotaRow>> {
    let rows = query("SELECT service_id, revision, body, author, published_at, note FROM rotas ORDER BY service_id")
        .fetch_all(db)
        .await?;
    all(&rows, planning::rota)
}
