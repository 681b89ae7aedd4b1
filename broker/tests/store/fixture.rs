//! A fresh, migrated database for each test. The application's suite mounts this file too: what only the store's tests
//! use stands in `beside.rs`.

use sqlx::{Connection, PgConnection, SqliteConnection};
use std::{env, fs, future::Future, path::PathBuf, pin::Pin, sync::Arc};
use telekonsil::store::Store;
use uuid::Uuid;

/// What a test gets. `url` lets it open the same database a second time, as another node would.
#[derive(Clone)]
pub(crate) struct Fixture {
    pub(crate) store: Arc<Store>,
    pub(crate) url: String,
    place: Place,
}

#[derive(Clone)]
enum Place {
    Folder(PathBuf),
    Database { server: String, name: String },
}

impl Fixture {
    pub(crate) async fn sqlite() -> Self {
        Self::sqlite_without_tables().await.migrated().await
    }

    /// `None` when the tests were told to do without PostgreSQL.
    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::postgres_without_tables().await?.migrated().await)
    }

    pub(crate) async fn sqlite_without_tables() -> Self {
        let folder = env::temp_dir().join(format!("telekonsil-store-{}", Uuid::now_v7()));
        fs::create_dir_all(&folder).expect("makes a folder");
        Self::open(format!("sqlite:{}", folder.join("test.db").display()), Place::Folder(folder)).await
    }

    pub(crate) async fn postgres_without_tables() -> Option<Self> {
        let server = match env::var("TELEKONSIL_TEST_PG") {
            Ok(server) => server,
            Err(_) if env::var("TELEKONSIL_ALLOW_NO_PG").is_ok_and(|value| value == "1") => return None,
            Err(_) => panic!("TELEKONSIL_TEST_PG is not set: run `tests/pg run cargo test …`"),
        };
        let name = format!("tk_{}", Uuid::now_v7().simple());
        on_server(&server, format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let (base, _) = server.rsplit_once('/').expect("a URL with a database");
        Some(Self::open(format!("{base}/{name}"), Place::Database { server, name }).await)
    }

    async fn open(url: String, place: Place) -> Self {
        let store = Store::connect(&url).await.expect("connects");
        Self { store: Arc::new(store), url, place }
    }

    async fn migrated(self) -> Self {
        self.store.migrate().await.expect("migrates");
        self
    }

    /// Changes the database behind the store's back.
    pub(crate) async fn tamper(&self, sql: impl Into<String>) {
        let sql = sqlx::AssertSqlSafe(sql.into());
        match self.store.postgres_pool() {
            Some(pool) => drop(sqlx::query(sql).execute(pool).await.expect("runs")),
            None => {
                let mut db = SqliteConnection::connect(&self.url).await.expect("connects");
                sqlx::query(sql).execute(&mut db).await.expect("runs");
                db.close().await.expect("closes");
            }
        }
    }

    pub(crate) async fn end(self) {
        self.store.close().await;
        match self.place {
            Place::Folder(folder) => fs::remove_dir_all(folder).expect("removes the folder"),
            Place::Database { server, name } => {
                on_server(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        }
    }
}

async fn on_server(server: &str, sql: String) {
    let mut admin = PgConnection::connect(server).await.expect("reaches the server");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.expect("the server does it");
    admin.close().await.expect("closes");
}

/// A test without its type: one runtime is compiled for all of them, which saves minutes of an optimised build.
pub(crate) type Test = fn(Fixture) -> Pin<Box<dyn Future<Output = ()>>>;

pub(crate) fn on_sqlite(test: Test) {
    block_on(Box::pin(async move {
        let fixture = Fixture::sqlite().await;
        test(fixture.clone()).await;
        fixture.end().await;
    }));
}

pub(crate) fn on_postgres(test: Test) {
    block_on(Box::pin(async move {
        let Some(fixture) = Fixture::postgres().await else { return };
        test(fixture.clone()).await;
        fixture.end().await;
    }));
}

pub(crate) fn block_on(test: Pin<Box<dyn Future<Output = ()>>>) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("a runtime").block_on(test);
}

/// Mounts each test twice: `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($fixture:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($fixture: crate::fixture::Fixture) $body

            #[test]
            fn sqlite() {
                crate::fixture::on_sqlite(|fixture| Box::pin(run(fixture)));
            }

            #[test]
            fn postgres() {
                crate::fixture::on_postgres(|fixture| Box::pin(run(fixture)));
            }
        }
    )*};
}
