//! The command line's tools on an embedded installation: they make nothing where nothing is, a drill leaves nothing, and
//! a restore brings no session back.

use crate::fixture::block_on;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};
use telekonsil::{config::Config, demo, server};
use uuid::Uuid;

/// A place of its own, gone with the test.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("telekonsil-tools-{}", Uuid::now_v7()));
        fs::create_dir_all(&folder).expect("makes a folder");
        Self(folder)
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_telekonsil")).args(arguments).output().expect("runs")
}

pub fn line(output: &Output) -> Value {
    assert!(output.status.success(), "{}", said(output));
    serde_json::from_slice(&output.stdout).expect("one JSON line")
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn names(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, |entries| entries.count())
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// An installation with people, one of them signed in.
async fn installation(data: &Path) {
    let config = Config::local(data, "127.0.0.1:0".parse().expect("an address"), 0);
    server::make_data_dir(data).expect("makes a folder");
    let parts = server::open(&config, config.listen, "test".to_owned(), None).await.expect("opens");
    let people = demo::seed(&parts.app, data).await.expect("seeds");
    let link = parts.app.create_link(people.admin, Duration::from_secs(60)).await.expect("makes a link");
    parts.app.consume_link(&link).await.expect("signs in");
    parts.close().await;
}

#[test]
fn a_wrong_path_is_refused_and_nothing_is_made_there() {
    let place = Place::new();
    let empty = place.at("empty");
    fs::create_dir_all(&empty).expect("makes a folder");
    let backup = place.at("backup");
    for arguments in [
        &["backup", "--data", text(&empty), "--to", text(&backup)][..],
        &["backup", "--data", text(&empty), "--drill"],
        &["audit", "verify", "--data", text(&empty)],
        &["purge", "--data", text(&empty), "--dry-run"],
        &["token", "--data", text(&empty), "--scope", "dicomweb"],
        &["user", "link", "--data", text(&empty), "--email", "a@b.example"],
    ] {
        let output = run(arguments);
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        for file in ["telekonsil.db", "master.key", "blobs", "drills"] {
            assert!(!empty.join(file).exists(), "{arguments:?} made {file}");
        }
    }
}

#[test]
fn a_drill_leaves_nothing_and_a_restore_signs_everybody_out() {
    block_on(Box::pin(async {
        let place = Place::new();
        let (data, backup, restored) = (place.at("data"), place.at("backup"), place.at("restored"));
        installation(&data).await;
        let drill = line(&run(&["backup", "--data", text(&data), "--drill"]));
        assert_eq!(drill["drill"]["audit"]["broken"], 0);
        assert_eq!(names(&data.join("drills")), 0);
        let elsewhere = place.at("scratch");
        line(&run(&["backup", "--data", text(&data), "--drill", "--scratch", text(&elsewhere)]));
        assert_eq!(names(&elsewhere), 0);

        line(&run(&["backup", "--data", text(&data), "--to", text(&backup)]));
        let output = run(&["restore", "--data", text(&restored), "--from", text(&backup)]);
        assert_eq!(line(&output)["signed_out"], 1);
        assert!(said(&output).contains("everybody signs in again"), "{}", said(&output));
        let config = Config::local(&restored, "127.0.0.1:0".parse().expect("an address"), 0);
        let parts = server::open_existing(&config, config.listen, "test".to_owned()).await.expect("opens");
        assert!(parts.repo.sessions(None, 0).await.expect("reads").is_empty());
        parts.close().await;
    }));
}

#[test]
fn a_restore_that_fails_leaves_the_place_as_it_was() {
    block_on(Box::pin(async {
        let place = Place::new();
        let (data, backup, restored) = (place.at("data"), place.at("backup"), place.at("restored"));
        installation(&data).await;
        line(&run(&["backup", "--data", text(&data), "--to", text(&backup)]));
        // Database and key lie outside of the data folder.
        let (database, key) = (place.at("outside.db"), place.at("outside.key"));
        let config = place.at("telekonsil.toml");
        let lines = [
            format!("data_dir = '{}'", restored.display()),
            "[media]\nbind = '127.0.0.1:0'".to_owned(),
            format!("[database]\nurl = 'sqlite:{}'", database.display()),
            format!("[keys]\nmaster_file = '{}'", key.display()),
        ];
        fs::write(&config, lines.join("\n")).expect("writes");
        let copy = backup.join("master.key");
        let whole = fs::read(&copy).expect("reads");
        fs::write(&copy, "damaged").expect("writes");
        let restore = ["restore", "--config", text(&config), "--from", text(&backup)];
        let output = run(&restore);
        assert!(!output.status.success() && said(&output).contains("damaged"), "{}", said(&output));
        assert!(!database.exists() && !key.exists());
        fs::write(&copy, whole).expect("writes");
        line(&run(&restore));
        assert!(database.exists() && key.exists());
    }));
}
