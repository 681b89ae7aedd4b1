//! The databases that every whole-system test runs on: a SQLite file and, in `tests/run`, a private PostgreSQL.

use anyhow::{Result, bail};
use sqlx::{Connection, Executor, PgConnection};
use std::path::Path;

#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// URL of a fresh, empty database. `None` when there is no PostgreSQL and the caller allowed that.
pub async fn fresh(engine: Engine, folder: &Path) -> Result<Option<String>> {
    match engine {
        Engine::Sqlite => Ok(Some(format!("sqlite:{}", folder.join("telekonsil.db").display()))),
        Engine::Postgres => {
            let Ok(server) = std::env::var("TELEKONSIL_TEST_PG") else {
                if std::env::var_os("TELEKONSIL_ALLOW_NO_PG").is_some() {
                    return Ok(None);
                }
                bail!("TELEKONSIL_TEST_PG is not set: run tests/run, or allow less with TELEKONSIL_ALLOW_NO_PG=1");
            };
            let name = format!("system_{}", uuid::Uuid::new_v4().simple());
            let mut connection = PgConnection::connect(&server).await?;
            connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
            let (base, query) = server.split_once('?').map_or((server.as_str(), ""), |(base, query)| (base, query));
            let root = base.rsplit_once('/').map_or(base, |(root, _)| root);
            let query = if query.is_empty() { String::new() } else { format!("?{query}") };
            Ok(Some(format!("{root}/{name}{query}")))
        }
    }
}
