//! Opening a database.

use crate::{fixture::block_on, world::World};
use telekonsil::{
    app::ports::{RepoError, Repository},
    store::{Store, Tables},
};

on_both! {
    async fn migrating_twice_is_harmless(fixture) {
        World::seed(&*fixture.store).await;
        fixture.store.migrate().await.expect("migrates again");
        assert_eq!(fixture.store.directory().await.expect("reads").people.len(), 4);
    }

    async fn what_is_acknowledged_is_seen_by_another_node(fixture) {
        let world = World::seed(&*fixture.store).await;
        let other = fixture.another_node().await;
        for _ in 0..3 {
            let id = world.consult(&*fixture.store).await;
            assert!(other.load(id).await.expect("reads").is_some());
        }
        other.close().await;
    }

    async fn who_only_opens_knows_how_the_tables_stand_and_changes_nothing(fixture) {
        let other = Store::open(&fixture.url).await.expect("opens");
        assert_eq!(other.tables().await.expect("reads"), Tables::Current);
        fixture.tamper("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 3").await;
        assert_eq!(other.tables().await.expect("reads"), Tables::Newer);
        fixture.tamper("DELETE FROM _sqlx_migrations WHERE version > 1").await;
        assert_eq!(other.tables().await.expect("reads"), Tables::Older);
        fixture.tamper("DROP TABLE _sqlx_migrations").await;
        assert_eq!(other.tables().await.expect("reads"), Tables::Missing);
        other.close().await;
    }

    async fn a_closed_store_says_unavailable(fixture) {
        let other = fixture.another_node().await;
        other.close().await;
        assert!(matches!(other.last_position().await, Err(RepoError::Unavailable(_))));
    }
}

/// The server restarts: the node goes on without being started again.
#[test]
fn cut_connections_heal() {
    crate::fixture::on_postgres(|fixture| {
        Box::pin(async move {
            let world = World::seed(&*fixture.store).await;
            world.consult(&*fixture.store).await;
            let other = fixture.another_node().await;
            other.last_position().await.expect("reads");
            fixture
                .tamper(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .await;
            assert_eq!(other.last_position().await.expect("reads over a new connection"), 1);
            world.consult(&*other).await;
            other.close().await;
        })
    });
}

#[test]
fn other_urls_are_refused_without_repeating_them() {
    block_on(Box::pin(async {
        for url in ["mysql://root:secret@db/x", "sqlite::memory:", "sqlite:", "postgres://user:secret@127.0.0.1:port/x"]
        {
            match Store::connect(url).await {
                Err(RepoError::Broken(text)) => assert!(!text.contains("secret"), "{text}"),
                Err(other) => panic!("{other}"),
                Ok(_) => panic!("{url} was opened"),
            }
        }
    }));
}

#[test]
fn a_server_that_is_not_there_is_unavailable() {
    block_on(Box::pin(async {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
        let port = socket.local_addr().expect("has an address").port();
        drop(socket);
        let opened = Store::connect(&format!("postgres://nobody@127.0.0.1:{port}/none")).await;
        assert!(matches!(opened, Err(RepoError::Unavailable(_))));
    }));
}

#[cfg(unix)]
#[test]
fn only_its_user_may_read_the_embedded_database() {
    use std::os::unix::fs::PermissionsExt;
    crate::fixture::on_sqlite(|fixture| {
        Box::pin(async move {
            World::seed(&*fixture.store).await;
            let path = fixture.url.strip_prefix("sqlite:").expect("a file");
            for file in [path.to_owned(), format!("{path}-wal")] {
                let mode = std::fs::metadata(&file).expect("is there").permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{file}");
            }
        })
    });
}

/// Everything that was acknowledged before is in it, nothing half, whatever is written meanwhile.
#[test]
fn a_copy_of_the_embedded_database_is_whole() {
    crate::fixture::on_sqlite(|fixture| {
        Box::pin(async move {
            let world = World::seed(&*fixture.store).await;
            for _ in 0..20 {
                world.consult(&*fixture.store).await;
            }
            let writing = tokio::spawn({
                let store = fixture.store.clone();
                async move {
                    for _ in 0..200 {
                        world.consult(&*store).await;
                    }
                }
            });
            let path = format!("{}.copy", fixture.url.strip_prefix("sqlite:").expect("a file"));
            fixture.store.copy_to(path.as_ref()).await.expect("copies");
            assert!(
                matches!(fixture.store.copy_to(path.as_ref()).await, Err(RepoError::Broken(_))),
                "is there already"
            );
            writing.await.expect("was not held up");

            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
            }
            let copy = Store::connect(&format!("sqlite:{path}")).await.expect("opens");
            copy.migrate().await.expect("is of this version");
            let last = copy.last_position().await.expect("reads");
            assert!(last >= 20, "{last}");
            assert_eq!(copy.events_after(0, 1_000).await.expect("reads").len() as i64, last);
            assert_eq!(copy.consult_ids(None, 1_000).await.expect("reads").len() as i64, last);
            world.consult(&copy).await;
            copy.close().await;

            let nowhere = format!("{path}.no/folder");
            assert!(matches!(fixture.store.copy_to(nowhere.as_ref()).await, Err(RepoError::Unavailable(_))));
        })
    });
}

/// Another program that writes for long (a restore, somebody's own SQL) is waited for, not for ever.
#[test]
fn an_embedded_database_that_somebody_else_holds_is_unavailable() {
    crate::fixture::on_sqlite(|fixture| {
        Box::pin(async move {
            use sqlx::Connection;
            let world = World::seed(&*fixture.store).await;
            let id = world.consult(&*fixture.store).await;
            let mut other = sqlx::SqliteConnection::connect(&fixture.url).await.expect("connects");
            let held = other.begin_with("BEGIN IMMEDIATE").await.expect("locks");
            let refused = fixture.store.append(&world.append(id, 1, 1)).await;
            assert!(matches!(refused, Err(RepoError::Unavailable(_))));
            assert!(fixture.store.load(id).await.expect("reading goes on").is_some());
            held.rollback().await.expect("lets go");
            other.close().await.expect("closes");
            fixture.store.append(&world.append(id, 1, 1)).await.expect("writes");
        })
    });
}
