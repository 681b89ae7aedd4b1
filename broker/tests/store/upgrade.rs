//! A database of the first version, with rows in it, is brought to the second one, and with more rows in it to this one.

use crate::{
    fixture::{Fixture, block_on},
    world::{World, event},
};
use sqlx::{Connection, PgConnection, SqliteConnection, migrate::Migrator};
use std::{env, fs, path::Path};
use telekonsil::app::ports::*;
use uuid::Uuid;

const FIRST: &[&str] = &["0001_initial.sql"];
const SECOND: &[&str] = &["0001_initial.sql", "0002_whole_consult.sql"];

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
    fill(&fixture, is_postgres, FIRST, &rows(&world, is_postgres, open, closed)).await;
    fill(&fixture, is_postgres, SECOND, &later_rows(&world, is_postgres, open)).await;

    fixture.store.migrate().await.expect("migrates");
    let repo = &*fixture.store;
    let read = repo.snapshot(open).await.expect("reads").expect("is there");
    assert_eq!((read.label.as_str(), read.is_open, read.is_queued), ("TK-7F3A", true, false));
    assert_eq!((read.ended_at, read.taken_over_at, read.purged_at), (None, None, None));
    let read = repo.snapshot(closed).await.expect("reads").expect("is there");
    assert_eq!((read.label.as_str(), read.ended_at, read.seq), ("TK-00FF", Some(7), 1));
    let read = repo.access_of_consult(open, 10).await.expect("reads");
    let read: Vec<_> = read.iter().map(|row| (row.subject, row.kind.as_str(), row.session.as_str(), row.at)).collect();
    assert_eq!(read, [(KEPT, "images", "ab12", 2), (TAKEN_OUT, "images", "ab12", 1)]);
    let told = repo.notices(None, 10).await.expect("reads");
    assert_eq!((told.len(), told[0].consult_id, told[0].reason.as_str()), (1, Some(open), "Notfall"));
    assert_eq!((told[0].about, &told[0].change), (None, &None));
    let exports = repo.exports(None, 10).await.expect("reads");
    assert_eq!((exports.len(), exports[0].consult_id, exports[0].reason.as_str()), (1, open, "Rechtsstreit"));
    let unattached = repo.unattached_studies(1000, None, 10).await.expect("reads");
    assert_eq!(unattached, [TAKEN_OUT], "a study that was detached before is needed by nobody");
    let house = ConsultFilter { hospital: Some(world.asking), limit: 10, ..ConsultFilter::default() };
    assert_eq!(repo.snapshots(&house).await.expect("reads").len(), 2);
    assert_eq!(repo.retention(0, 0, 10).await.expect("reads").not_taken_over, [closed]);
    assert!(repo.sessions(None, 0).await.expect("reads").is_empty(), "everybody signs in again");
    let link = repo.consume_link(&[2; 32], 1).await.expect("answers").expect("still works");
    assert_eq!((link.person_id, link.only_consult), (world.referrer, None));

    let policies = repo.directory().await.expect("reads").policies;
    assert_eq!((policies.len(), policies[0].revision, policies[0].written_at), (1, 1, None));
    let read: schemas::policy::Policies = serde_json::from_str(&policies[0].body).expect("is read");
    assert_eq!((read.emergency.rounds, read.urgent.steps[0].ring_seconds, &read.emergency), (3, 25, &read.urgent));
    assert_eq!(read.elective, schemas::policy::Policies::default().elective);
    assert_eq!(repo.policy_history(world.service, 9).await.expect("reads"), policies);

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

/// Studies of the open consult: one was detached.
const KEPT: Uuid = Uuid::from_u128(0xb_0001);
const TAKEN_OUT: Uuid = Uuid::from_u128(0xb_0002);

/// As every release up to 0.3 wrote them.
const OLD_POLICY: &str = r#"{"rounds":3,"steps":[{"targets":[{"type":"duty","value":"primary"}],"ring_seconds":25}]}"#;

/// Migrates by these files alone, then inserts.
async fn fill(fixture: &Fixture, is_postgres: bool, files: &[&str], rows: &[String]) {
    let engine = if is_postgres { "postgres" } else { "sqlite" };
    let old = env::temp_dir().join(format!("telekonsil-old-{}", Uuid::now_v7()));
    fs::create_dir_all(&old).expect("makes a folder");
    let all = Path::new("migrations").join(engine);
    for file in files {
        fs::copy(all.join(file), old.join(file)).expect("copies");
    }
    let migrator = Migrator::new(old.as_path()).await.expect("reads the migrations");
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
    fs::remove_dir_all(old).expect("removes the folder");
}

fn literal(is_postgres: bool, id: Uuid) -> String {
    if is_postgres { format!("'{id}'") } else { format!("X'{}'", id.simple()) }
}

/// As the second version wrote them.
fn later_rows(world: &World, is_postgres: bool, consult: Uuid) -> Vec<String> {
    let (told, asked) = (literal(is_postgres, Uuid::now_v7()), literal(is_postgres, Uuid::now_v7()));
    let (person, consult) = (literal(is_postgres, world.referrer), literal(is_postgres, consult));
    vec![
        format!(
            "INSERT INTO notices VALUES ({told}, 'glass_broken', 3, {person}, {consult}, 'TK-7F3A', 'Notfall', NULL, NULL)"
        ),
        format!(
            "INSERT INTO exports VALUES ({asked}, {consult}, 'TK-7F3A', 'requested', 'Rechtsstreit', {person}, 4, NULL, \
             NULL)"
        ),
        format!(
            "UPDATE consults SET detail = '{{\"note\":\"\\u0000\",\"detached\":[\"{TAKEN_OUT}\"]}}' \
             WHERE id = {consult}"
        ),
    ]
}

/// As the first version wrote them.
fn rows(world: &World, is_postgres: bool, open: Uuid, closed: Uuid) -> Vec<String> {
    let id = |id| literal(is_postgres, id);
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
        format!(
            "INSERT INTO policies VALUES ({service}, 'emergency', '{OLD_POLICY}'), ({service}, 'urgent', '{OLD_POLICY}')"
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
    for (at, study) in [(1, TAKEN_OUT), (2, KEPT)] {
        let (uid, study) = (study.as_u128(), id(study));
        rows.push(format!(
            "INSERT INTO studies (id, hospital_id, study_instance_uid, wrapped_key, created_at, updated_at, received, \
             series_count, modalities) VALUES ({study}, {asking}, '2.25.{uid}', {}, 1, 1, 0, 0, '[]')",
            bytes(4)
        ));
        rows.push(format!("INSERT INTO consult_studies VALUES ({}, {study})", id(open)));
        rows.push(format!("INSERT INTO access_log VALUES ({referrer}, 'ab12', {study}, 0, {at})"));
    }
    rows
}
