//! The two migration trees describe the same tables.

use crate::fixture::{Fixture, on_postgres};
use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use std::collections::BTreeSet;

/// One line for each column, key, reference and index, in words that both engines can be read into.
type Facts = BTreeSet<String>;

#[test]
fn both_engines_have_the_same_columns_keys_and_indexes() {
    on_postgres(|postgres_fixture| {
        Box::pin(async move {
            let sqlite_fixture = Fixture::sqlite().await;
            let (sqlite, postgres) =
                (sqlite_facts(&sqlite_fixture.url).await, postgres_facts(&postgres_fixture.url).await);
            sqlite_fixture.end().await;
            assert!(sqlite.len() > 150, "the facts were read");
            let only_sqlite: Vec<_> = sqlite.difference(&postgres).collect();
            let only_postgres: Vec<_> = postgres.difference(&sqlite).collect();
            let same = only_sqlite.is_empty() && only_postgres.is_empty();
            assert!(same, "SQLite: {only_sqlite:#?}\nPostgreSQL: {only_postgres:#?}");
        })
    });
}

/// SQLite compares text by its bytes; a PostgreSQL column in another collation would sort and match otherwise.
#[test]
fn every_text_column_compares_by_bytes() {
    on_postgres(|fixture| {
        Box::pin(async move {
            let mut db = PgConnection::connect(&fixture.url).await.expect("connects");
            let rows = sqlx::query(
                "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' \
                 AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' AND table_name <> '_sqlx_migrations'",
            )
            .fetch_all(&mut db)
            .await
            .expect("reads");
            let others: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            assert!(others.is_empty(), "{others:?}");
            db.close().await.expect("closes");
        })
    });
}

async fn sqlite_facts(url: &str) -> Facts {
    let mut db = SqliteConnection::connect(url).await.expect("connects");
    let mut facts = Facts::new();
    let columns = sqlx::query(
        "SELECT m.name AS t, c.name AS c, c.type AS y, c.\"notnull\" AS n, c.pk AS k FROM sqlite_schema m \
         JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND m.name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut db)
    .await
    .expect("reads columns");
    for row in &columns {
        let (table, column, kind): (String, String, String) = (row.get("t"), row.get("c"), row.get("y"));
        let (not_null, key): (i64, i64) = (row.get("n"), row.get("k"));
        facts.insert(column_fact(&table, &column, &kind, not_null == 1));
        if key > 0 {
            facts.insert(format!("{table}: primary key column {key} is {column}"));
        }
    }
    let references = sqlx::query(
        "SELECT m.name AS t, f.\"from\" AS c, f.\"table\" AS rt, f.\"to\" AS rc FROM sqlite_schema m \
         JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
    )
    .fetch_all(&mut db)
    .await
    .expect("reads references");
    for row in &references {
        facts.insert(reference_fact(row.get("t"), row.get("c"), row.get("rt"), row.get("rc")));
    }
    // Origins: 'c' made by CREATE INDEX, 'u' by UNIQUE (its name is the engine's own), 'pk' told above.
    let indexes = sqlx::query(
        "SELECT m.name AS t, i.name AS i, i.\"unique\" AS u, i.origin AS o, i.partial AS p, \
         (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS c \
         FROM sqlite_schema m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin <> 'pk' \
         AND m.name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut db)
    .await
    .expect("reads indexes");
    for row in &indexes {
        let (unique, partial): (i64, i64) = (row.get("u"), row.get("p"));
        let name: String = if row.get::<String, _>("o") == "c" { row.get("i") } else { "constraint".into() };
        facts.insert(index_fact(row.get("t"), &name, unique == 1, partial == 1, row.get("c")));
    }
    db.close().await.expect("closes");
    facts
}

async fn postgres_facts(url: &str) -> Facts {
    let mut db = PgConnection::connect(url).await.expect("connects");
    let mut facts = Facts::new();
    let columns = sqlx::query(
        "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS y, is_nullable = 'NO' AS n \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut db)
    .await
    .expect("reads columns");
    for row in &columns {
        let kind = match row.get::<String, _>("y").as_str() {
            "uuid" | "bytea" => "BLOB",
            "bigint" | "boolean" => "INTEGER",
            "text" => "TEXT",
            other => panic!("{other} has no twin in SQLite"),
        };
        facts.insert(column_fact(row.get("t"), row.get("c"), kind, row.get("n")));
    }
    let keys = sqlx::query(
        "SELECT k.table_name::text AS t, k.column_name::text AS c, k.ordinal_position::bigint AS k \
         FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage k \
         ON k.constraint_name = tc.constraint_name AND k.table_name = tc.table_name \
         WHERE tc.table_schema = 'public' AND tc.constraint_type = 'PRIMARY KEY' AND tc.table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut db)
    .await
    .expect("reads keys");
    for row in &keys {
        let (table, column, key): (String, String, i64) = (row.get("t"), row.get("c"), row.get("k"));
        facts.insert(format!("{table}: primary key column {key} is {column}"));
    }
    let references = sqlx::query(
        "SELECT r.conrelid::regclass::text AS t, a.attname::text AS c, r.confrelid::regclass::text AS rt, \
         ra.attname::text AS rc FROM pg_constraint r CROSS JOIN LATERAL unnest(r.conkey, r.confkey) AS k (n, rn) \
         JOIN pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = k.n \
         JOIN pg_attribute ra ON ra.attrelid = r.confrelid AND ra.attnum = k.rn WHERE r.contype = 'f'",
    )
    .fetch_all(&mut db)
    .await
    .expect("reads references");
    for row in &references {
        facts.insert(reference_fact(row.get("t"), row.get("c"), row.get("rt"), row.get("rc")));
    }
    let indexes = sqlx::query(
        "SELECT i.indrelid::regclass::text AS t, c.relname::text AS i, i.indisunique AS u, i.indpred IS NOT NULL AS p, \
         EXISTS (SELECT 1 FROM pg_constraint pc WHERE pc.conindid = i.indexrelid AND pc.contype = 'u') AS o, \
         (SELECT string_agg(a.attname, ', ' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, n) \
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) AS c \
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace s ON s.oid = c.relnamespace \
         WHERE s.nspname = 'public' AND NOT i.indisprimary",
    )
    .fetch_all(&mut db)
    .await
    .expect("reads indexes");
    for row in &indexes {
        let name: String = if row.get("o") { "constraint".into() } else { row.get("i") };
        facts.insert(index_fact(row.get("t"), &name, row.get("u"), row.get("p"), row.get("c")));
    }
    db.close().await.expect("closes");
    facts
}

fn column_fact(table: &str, column: &str, kind: &str, not_null: bool) -> String {
    format!("{table}.{column}: {kind}{}", if not_null { " NOT NULL" } else { "" })
}

fn reference_fact(table: &str, column: &str, other: &str, other_column: &str) -> String {
    format!("{table}.{column} refers to {other}.{other_column}")
}

fn index_fact(table: &str, name: &str, unique: bool, partial: bool, columns: &str) -> String {
    format!(
        "{table}: {}{}index {name} on {columns}",
        if unique { "unique " } else { "" },
        if partial { "partial " } else { "" }
    )
}
