//! Opening a database.

use crate::{fixture::block_on, world::World};
use telekonsil::{
    app::ports::{RepoError, Repository},
    store::Store,
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
