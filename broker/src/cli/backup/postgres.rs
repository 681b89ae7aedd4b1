//! PostgreSQL's own tools. The password goes by the environment: everybody on the machine can read a command line.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// A database address without its password, and the password.
pub(super) struct Address {
    url: String,
    password: Option<String>,
}

impl Address {
    pub(super) fn new(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let (user, in_authority) = match user.and_then(|user| user.split_once(':')) {
            Some((user, password)) => (Some(user), Some(password)),
            None => (user, None),
        };
        // `?password=` counts more, as it does for whoever else reads such an address.
        let is_password = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| decode(name) == "password");
        let pairs = || query.split('&').filter(|pair| !pair.is_empty());
        let in_query = pairs().filter(is_password).filter_map(|pair| pair.split_once('=')).next_back();
        let kept: Vec<&str> = pairs().filter(|pair| !is_password(pair)).collect();
        let user = user.map(|user| format!("{user}@")).unwrap_or_default();
        let mark = if kept.is_empty() { "" } else { "?" };
        Self {
            url: format!("{scheme}://{user}{host}{path}{mark}{}", kept.join("&")),
            password: in_query.map(|(_, password)| password).or(in_authority).map(decode),
        }
    }

    /// Another database of the same server.
    pub(super) fn sibling(url: &str, name: &str) -> String {
        let (before, query) = url.split_at(url.find('?').unwrap_or(url.len()));
        let start = before.find("://").map_or(0, |at| at + 3);
        let end = before[start..].find('/').map_or(before.len(), |at| start + at);
        format!("{}/{name}{query}", &before[..end])
    }

    /// The whole database as it is at one moment, in PostgreSQL's custom format.
    pub(super) async fn dump(&self, file: &Path) -> Result<()> {
        let file = file.as_os_str();
        let options = ["--format=custom", "--no-owner", "--no-privileges", "--file"].map(OsStr::new);
        self.run("pg_dump", options.into_iter().chain([file])).await.map(drop)
    }

    /// Into a database without tables, whole or not at all.
    pub(super) async fn restore(&self, file: &Path) -> Result<()> {
        let options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"].map(OsStr::new);
        self.run("pg_restore", options.into_iter().chain([file.as_os_str()])).await.map(drop)
    }

    pub(super) async fn is_empty(&self) -> Result<bool> {
        let question = "SELECT count(*) FROM pg_catalog.pg_tables \
                        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
        Ok(self.ask(question).await?.trim() == "0")
    }

    pub(super) async fn ask(&self, sql: &str) -> Result<String> {
        let options = ["--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--command", sql];
        self.run("psql", options.map(OsStr::new)).await
    }

    async fn run<'a>(&self, program: &str, options: impl IntoIterator<Item = &'a OsStr>) -> Result<String> {
        let mut command = Command::new(program);
        command.arg("--dbname").arg(&self.url).args(options).stdin(Stdio::null()).kill_on_drop(true);
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
        let done = match command.output().await {
            Err(error) if error.kind() == ErrorKind::NotFound => bail!(
                "{program} is not installed. It comes with PostgreSQL's client programs (Debian: postgresql-client), of \
                 the server's version or newer."
            ),
            done => done.with_context(|| format!("{program} cannot be started"))?,
        };
        if !done.status.success() {
            bail!("{program} failed: {}", String::from_utf8_lossy(&done.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }
}

/// Percent-encoding (RFC 3986 § 2.1), as it stands in the password of an address.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_address() {
        let address = Address::new("postgres://tk:p%40ss%2Fw%3Ard@db.example:5432/tk?sslmode=verify-full");
        assert_eq!(address.url, "postgres://tk@db.example:5432/tk?sslmode=verify-full");
        assert_eq!(address.password.as_deref(), Some("p@ss/w:rd"));
        let address = Address::new("postgres://localhost/tk?user=a@b");
        assert_eq!((address.url.as_str(), address.password), ("postgres://localhost/tk?user=a@b", None));
        let address = Address::new("postgres://tk:old@db/tk?sslmode=require&p%61ssword=n%26w&user=tk");
        assert_eq!(address.url, "postgres://tk@db/tk?sslmode=require&user=tk");
        assert_eq!(address.password.as_deref(), Some("n&w"));
        let address = Address::new("postgres:///tk?password=x&host=/run/postgresql");
        assert_eq!(address.url, "postgres:///tk?host=/run/postgresql");
        assert_eq!(address.password.as_deref(), Some("x"));
    }

    #[test]
    fn a_sibling_differs_in_its_name_alone() {
        let other = |url| Address::sibling(url, "drill");
        assert_eq!(other("postgres://a:b@h:1/tk?sslmode=require"), "postgres://a:b@h:1/drill?sslmode=require");
        assert_eq!(other("postgres://h"), "postgres://h/drill");
        assert_eq!(other("postgres://h?host=/run/pg"), "postgres://h/drill?host=/run/pg");
        assert_eq!(other("postgres:///tk?host=/run/pg"), "postgres:///drill?host=/run/pg");
    }
}
