//! Beside the store under test: another node, and the database read directly.

use crate::fixture::Fixture;
use sqlx::{Connection, SqliteConnection};
use std::sync::Arc;
use telekonsil::store::Store;

impl Fixture {
    pub(crate) async fn another_node(&self) -> Arc<Store> {
        Arc::new(Store::connect(&self.url).await.expect("connects"))
    }

    /// The first number of the first row.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        match self.store.postgres_pool() {
            Some(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.expect("reads"),
            None => {
                let mut db = SqliteConnection::connect(&self.url).await.expect("connects");
                let count = sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("reads");
                db.close().await.expect("closes");
                count
            }
        }
    }
}
