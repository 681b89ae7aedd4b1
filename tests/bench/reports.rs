//! Reports over years of consults: counts and exact percentiles by SQL.

use crate::{Sample, millis_since, native::now};
use anyhow::{Context, Result, ensure};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use telekonsil::{
    app::ports::{DirectoryWrite, HospitalRow, NetworkRow, PersonRow, ReportBy, ReportFilter, Repository, ServiceRow},
    store::Store,
};
use tests::database::{Engine, fresh};
use uuid::Uuid;

const CONSULTS: i64 = 100_000;
const SERVICES: u128 = 10;
const HOUSES: u128 = 40;
const NETWORK: Uuid = Uuid::from_u128(1);
const REPEATS: usize = 10;

/// On SQLite, and on PostgreSQL where there is one (`tests/pg run cargo run …`).
pub(crate) async fn run() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("telekonsil-reports-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder)?;
    let url = format!("sqlite:{}", folder.join("bench.db").display());
    let store = filled(&url).await?;
    SqliteConnection::connect(&url).await?.execute(AssertSqlSafe(sqlite())).await.context("fills SQLite")?;
    measure("SQLite", &store).await?;
    store.close().await;
    if let Ok(Some(url)) = fresh(Engine::Postgres, &folder).await {
        let store = filled(&url).await?;
        let mut db = PgConnection::connect(&url).await?;
        db.execute(AssertSqlSafe(postgres())).await.context("fills PostgreSQL")?;
        db.execute("ANALYZE consults").await?;
        measure("PostgreSQL", &store).await?;
        store.close().await;
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

async fn measure(engine: &str, store: &Store) -> Result<()> {
    let filter = ReportFilter { networks: vec![NETWORK], from: 0, until: i64::MAX };
    for (what, by) in [("urgency", ReportBy::Urgency), ("house", ReportBy::Hospital)] {
        let mut times = Vec::new();
        for _ in 0..REPEATS {
            let start = now();
            let rows = store.answers(&filter, by).await?;
            times.push(millis_since(start));
            ensure!(rows.iter().map(|row| row.asked).sum::<i64>() == CONSULTS, "every consult counts once");
        }
        println!("answers of {CONSULTS} consults by service and {what}, {engine}: {}", Sample::new(times).line("ms"));
    }
    let start = now();
    let called = store.call_outs(&filter).await?;
    ensure!(!called.is_empty(), "somebody was called");
    println!("call-outs of {CONSULTS} consults by person, {engine}: {:.0} ms", millis_since(start));
    Ok(())
}

async fn filled(url: &str) -> Result<Store> {
    let store = Store::connect(url).await?;
    store.migrate().await?;
    let hospital = |n: u128| HospitalRow {
        id: Uuid::from_u128(n),
        name: format!("Haus {n}"),
        city: "Ort".to_owned(),
        phone: "112".to_owned(),
    };
    let service = |n: u128| ServiceRow {
        id: Uuid::from_u128(n),
        network_id: NETWORK,
        specialty: "radiology".to_owned(),
        name: format!("Dienst {n}"),
        fallback_phone: "112".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        exclusive: false,
        rules: "{}".to_owned(),
    };
    let person = PersonRow {
        id: NETWORK,
        hospital_id: Uuid::from_u128(0),
        name: "P".to_owned(),
        email: "p@example.org".to_owned(),
        phone: None,
        roles: vec![],
        networks: vec![],
        languages: vec![],
        qualifications: vec![],
        resting_until: None,
        rules: "{}".to_owned(),
        active: true,
    };
    let write = DirectoryWrite {
        networks: vec![NetworkRow { id: NETWORK, name: "N".to_owned() }],
        hospitals: (0..HOUSES).map(hospital).collect(),
        services: (0..SERVICES).map(service).collect(),
        people: vec![person],
        ..DirectoryWrite::default()
    };
    store.write_directory(&write).await?;
    Ok(store)
}

/// One in ten was never answered.
const VALUES: &str = "1, 'closed', CASE i % 3 WHEN 0 THEN 'emergency' WHEN 1 THEN 'urgent' ELSE 'elective' END, \
     FALSE, i * 60000, i * 60000, '', i * 60000, \
     CASE WHEN i % 10 = 0 THEN NULL ELSE i * 60000 + (i * 7919) % 600000 END";

const COLUMNS: &str = "id, seq, state, urgency, is_open, created_at, state_since, label, asked_at, accepted_at, \
     service_id, network_id, hospital_id, requester, specialist, detail";

fn sqlite() -> String {
    let id = |n: &str| format!("CAST(X'000000000000000000000000000000' || unhex(printf('%02x', {n})) AS BLOB)");
    let (service, house, one) = (id(&format!("i % {SERVICES}")), id(&format!("i % {HOUSES}")), id("1"));
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CONSULTS}) INSERT INTO consults \
         ({COLUMNS}) SELECT randomblob(16), {VALUES}, {service}, {one}, {house}, {one}, {one}, '{{}}' FROM n"
    )
}

fn postgres() -> String {
    let id = |n: &str| format!("lpad(to_hex({n}), 32, '0')::uuid");
    let (service, house, one) = (id(&format!("i % {SERVICES}")), id(&format!("i % {HOUSES}")), id("1"));
    format!(
        "INSERT INTO consults ({COLUMNS}) SELECT gen_random_uuid(), {VALUES}, {service}, {one}, {house}, {one}, {one}, \
         '{{}}' FROM generate_series(1::bigint, {CONSULTS}) AS n(i)"
    )
}
