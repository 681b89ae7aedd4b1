//! A database of the first version, with rows in it, is brought to this one.

use crate::{
    fixture::{Fixture, block_on},
    world::{World, event},
};
use sqlx::{Connection, PgConnection, SqliteConnection, migrate::Migrator};
use std::{env, fs, path::Path};
use telekonsil::app::ports::*;
use uuid::Uuid;

const FIRST: &str = "0001_initial.sql";

#[test]
fn sqlite() {
    block_on(Box::pin(async { check(Fixture::sqlite_without_tables().await).await }));
}

#[test]
fn postgres() {
    block_on(Box::pin(async {
        if let Some(fixture) = Fixture::postgres_without_tables().await {
            check(fixture).await;
        }
    }));
}

async fn check(fixture: Fixture) {
    let world = World::new();
    let (open, closed) = (Uuid::from_u128(0xa_0001_7f3a), Uuid::from_u128(0xa_0002_00ff));
    let is_postgres = fixture.store.postgres_pool().is_some();
    fill(&fixture, is_postgres, &rows(&world, is_postgres, open, closed)).await;

    fixture.store.migrate().await.expect("migrates");
    let repo = &*fixture.store;
    let read = repo.snapshot(open).await.expect("reads").expect("is there");
    assert_eq!((read.label.as_str(), read.is_open, read.is_queued), ("TK-7F3A", true, false));
    assert_eq!((read.ended_at, read.taken_over_at, read.purged_at), (None, None, None));
    let read = repo.snapshot(closed).await.expect("reads").expect("is there");
    assert_eq!((read.label.as_str(), read.ended_at, read.seq), ("TK-00FF", Some(7), 1));
    let house = ConsultFilter { hospital: Some(world.asking), limit: 10, ..ConsultFilter::default() };
    assert_eq!(repo.snapshots(&house).await.expect("reads").len(), 2);
    assert_eq!(repo.retention(0, 0, 10).await.expect("reads").not_taken_over, [closed]);
    assert!(repo.sessions(None, 0).await.expect("reads").is_empty(), "everybody signs in again");
    let link = repo.consume_link(&[2; 32], 1).await.expect("answers").expect("still works");
    assert_eq!((link.person_id, link.only_consult), (world.referrer, None));

    let appended = repo.append(&world.append(open, 1, 1)).await.expect("writes");
    assert_eq!(appended, Appended::At { position: 3 });
    let mut taken_over = world.append(closed, 1, 1).snapshot;
    taken_over.state = "closed".into();
    taken_over.is_open = false;
    taken_over.ended_at = Some(7);
    taken_over.taken_over_at = Some(8);
    let write = Append { snapshot: taken_over, ..world.append(closed, 1, 1) };
    assert_eq!(repo.append(&write).await.expect("writes"), Appended::At { position: 4 });
    assert_eq!(repo.purgeable(9, 0, None, 10).await.expect("reads"), [closed]);
    assert!(repo.purge_consult(closed, 2, 10, "{}").await.expect("purges").is_some());
    fixture.end().await;
}

/// Migrates by the first file alone, then inserts.
async fn fill(fixture: &Fixture, is_postgres: bool, rows: &[String]) {
    let engine = if is_postgres { "postgres" } else { "sqlite" };
    let only_first = env::temp_dir().join(format!("telekonsil-first-{}", Uuid::now_v7()));
    fs::create_dir_all(&only_first).expect("makes a folder");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine).join(FIRST);
    fs::copy(file, only_first.join(FIRST)).expect("copies");
    let migrator = Migrator::new(only_first.as_path()).await.expect("reads the migration");
    // The two connections are of different types.
    macro_rules! fill_by {
        ($connection:ty) => {{
            let mut db = <$connection>::connect(&fixture.url).await.expect("connects");
            migrator.run(&mut db).await.expect("migrates");
            for sql in rows {
                sqlx::query(sqlx::AssertSqlSafe(sql.clone())).execute(&mut db).await.expect(sql);
            }
            db.close().await.expect("closes");
        }};
    }
    if is_postgres {
        fill_by!(PgConnection)
    } else {
        fill_by!(SqliteConnection)
    }
    fs::remove_dir_all(only_first).expect("removes the folder");
}

/// As the first version wrote them.
fn rows(world: &World, is_postgres: bool, open: Uuid, closed: Uuid) -> Vec<String> {
    let id = |id: Uuid| if is_postgres { format!("'{id}'") } else { format!("X'{}'", id.simple()) };
    let bytes = |byte: u8| {
        let hex = format!("{byte:02x}").repeat(32);
        if is_postgres { format!("'\\x{hex}'") } else { format!("X'{hex}'") }
    };
    let truth = |value: bool| if is_postgres { value.to_string() } else { u8::from(value).to_string() };
    let (asking, network, service, referrer) =
        (id(world.asking), id(world.network), id(world.service), id(world.referrer));
    let (yes, no) = (truth(true), truth(false));
    let mut rows = vec![
        format!("INSERT INTO hospitals VALUES ({asking}, 'Klinik Nord', 'Kiel', '+49 431 1')"),
        format!("INSERT INTO networks VALUES ({network}, 'Schlaganfallnetz')"),
        format!(
            "INSERT INTO services VALUES ({service}, {network}, 'stroke_neurology', 'S', '+49 1', 'Europe/Berlin', {no})"
        ),
        format!(
            "INSERT INTO people VALUES ({referrer}, {asking}, 'Dr. A', 'a@example.org', NULL, '[]', '[]', '[]', '[]', \
             NULL, {yes})"
        ),
        format!("INSERT INTO sessions VALUES ({}, {referrer}, 'csrf', 1, 1, 100)", bytes(1)),
        format!("INSERT INTO links VALUES ({}, {referrer}, 100)", bytes(2)),
        "UPDATE counters SET value = 2 WHERE name = 'log'".to_owned(),
    ];
    for (position, (consult, state, is_open)) in
        [(open, "ringing", &yes), (closed, "closed", &no)].into_iter().enumerate()
    {
        let consult = id(consult);
        let body = event(1, None).body.expect("has a body");
        rows.push(format!(
            "INSERT INTO consults VALUES ({consult}, 1, '{state}', 'urgent', {is_open}, {service}, {network}, {asking}, \
             {referrer}, NULL, 5, 7, NULL, NULL, NULL, '{{}}')"
        ));
        rows.push(format!(
            "INSERT INTO consult_events VALUES ({consult}, 1, {}, 5, {referrer}, 1, 'requested', '{body}', {}, {}, {})",
            position + 1,
            bytes(1),
            bytes(2),
            bytes(3)
        ));
    }
    rows
}
