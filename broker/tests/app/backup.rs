//! Backup and restore by the command line, on both engines: what goes wrong is said, leaves nothing half done, and
//! destroys nothing.

use crate::fixture::Fixture;
use crate::tools::{Place, line, names, run as tool, said, text};
use imaging::phantom::{self, Params};
use serde_json::Value;
use std::{fs, os::unix::fs::symlink, path::PathBuf};
use telekonsil::{
    app::Scope,
    config::{self, Config},
    demo, server,
};

/// An installation with one image, its backup, and an empty place to restore it into.
struct Scene {
    place: Place,
    /// Of the installation.
    config: PathBuf,
    backup: PathBuf,
    /// Of the empty place.
    target: PathBuf,
    /// The empty place's database on PostgreSQL.
    empty: Option<Fixture>,
}

impl Scene {
    async fn new(fixture: &Fixture) -> Self {
        let place = Place::new();
        let empty =
            if fixture.store.postgres_pool().is_some() { Fixture::postgres_without_tables().await } else { None };
        let target = match &empty {
            Some(empty) => empty.url.clone(),
            None => format!("sqlite:{}", place.at("restored.db").display()),
        };
        let scene = Self {
            config: write_config(&place, "data", &fixture.url, ""),
            target: write_config(&place, "restored", &target, ""),
            backup: place.at("backup"),
            place,
            empty,
        };
        let parts = scene.open().await.expect("opens");
        demo::seed(&parts.app, &scene.place.0).await.expect("seeds");
        let token = parts.app.service_token(Scope::Dicomweb, None, std::time::Duration::from_secs(60), "PACS").await;
        let archive = parts.app.service_session(&token.expect("makes a token")).await.expect("is one").actor;
        let params = Params { slices: 1, size: 64, ..Params::default() };
        let (_, object) = phantom::generate(&params).next().expect("a slice");
        parts.app.store_object(&archive, None, object.into()).await.expect("stores");
        parts.close().await;
        line(&tool(&["backup", "--config", text(&scene.config), "--to", text(&scene.backup)]));
        scene
    }

    /// As a server opens it.
    async fn open(&self) -> anyhow::Result<server::Parts> {
        let config = Config {
            worker: Some(env!("CARGO_BIN_EXE_telekonsil").into()),
            ..config::load(&self.config).expect("is a configuration")
        };
        server::make_data_dir(&config.data_dir)?;
        server::open(&config, config.listen, "test".to_owned(), None).await
    }

    fn restore(&self) -> Result<Value, String> {
        let output = tool(&["restore", "--config", text(&self.target), "--from", text(&self.backup)]);
        if output.status.success() { Ok(line(&output)) } else { Err(said(&output)) }
    }

    fn blob(&self) -> PathBuf {
        let mut folder = self.backup.join("blobs");
        while folder.is_dir() {
            folder = fs::read_dir(&folder).expect("reads").next().expect("a file").expect("reads").path();
        }
        folder
    }

    fn place_is_empty(&self) -> bool {
        let left = fs::read_dir(self.place.at("restored")).map_or(0, |entries| {
            entries.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_name() != "lock")).count()
        });
        left == 0 && !self.place.at("restored.db").exists() && !self.place.at("restored.key").exists()
    }

    async fn end(self) {
        if let Some(empty) = self.empty {
            empty.end().await;
        }
    }
}

fn write_config(place: &Place, name: &str, url: &str, more: &str) -> PathBuf {
    let path = place.at(&format!("{name}.toml"));
    let data = place.at(name);
    let lines =
        format!("data_dir = '{}'\n[media]\nbind = '127.0.0.1:0'\n[database]\nurl = '{url}'\n{more}", data.display());
    fs::write(&path, lines).expect("writes");
    path
}

on_both! {
    async fn a_damaged_backup_is_named_and_the_next_try_finds_an_empty_place(fixture) {
        let scene = Scene::new(&fixture).await;
        let database = if scene.empty.is_some() { "telekonsil.pgdump" } else { "telekonsil.db" };
        let manifest = scene.backup.join("manifest.json");
        let whole = fs::read(&manifest).expect("reads");
        let without = |name: &str| {
            let mut manifest: Value = serde_json::from_slice(&whole).expect("is JSON");
            manifest["files"].as_array_mut().expect("a list").retain(|file| file["path"] != name);
            manifest.to_string().into_bytes()
        };
        // Most stand in one file's place; `None`: it is missing.
        let flipped = |path: &PathBuf| {
            let mut bytes = fs::read(path).expect("reads");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            Some(bytes)
        };
        let (blob, database_copy, key) = (scene.blob(), scene.backup.join(database), scene.backup.join("master.key"));
        let cases = [
            (&blob, Some(fs::read(&blob).expect("reads")[..100].to_vec()), "the backup is damaged"),
            (&blob, flipped(&blob), "the backup is damaged"),
            (&blob, None, "cannot be copied"),
            (&database_copy, flipped(&database_copy), "the backup is damaged"),
            (&database_copy, None, database),
            (&key, None, "master.key"),
            (&manifest, None, "is not a whole backup"),
            (&manifest, Some(whole[..200].to_vec()), "manifest.json is damaged"),
            (&manifest, Some(without(database)), "does not name"),
            (&manifest, Some(without("master.key")), "does not name master.key"),
        ];
        for (file, bytes, sentence) in cases {
            let before = fs::read(file).expect("reads");
            match bytes {
                Some(bytes) => fs::write(file, bytes).expect("writes"),
                None => fs::remove_file(file).expect("removes"),
            }
            let refused = scene.restore().expect_err(sentence);
            assert!(refused.contains(sentence), "{sentence}: {refused}");
            assert!(scene.place_is_empty(), "{sentence}");
            fs::write(file, before).expect("writes");
        }
        // Shared images: a file system of their own is mounted there.
        fs::create_dir_all(scene.place.at("restored/blobs/lost+found")).expect("makes a folder");
        let restored = scene.restore().expect("restores");
        assert_eq!((&restored["consults"], &restored["key"]), (&Value::from(0), &Value::from("in_backup")));
        assert!(restored["rto_seconds"].is_number() && restored["rpo_seconds"].is_number());
        // Nothing is restored over it, nor into its database alone.
        assert!(scene.restore().expect_err("full").contains("is not empty"));
        fs::remove_dir_all(scene.place.at("restored")).expect("removes");
        let refused = scene.restore().expect_err("the database is there");
        assert!(refused.contains("restore into an empty"), "{refused}");
        scene.end().await;
    }

    async fn another_master_key_is_refused_before_anything_is_written(fixture) {
        let scene = Scene::new(&fixture).await;
        let (own, other) = (scene.place.at("data/master.key"), "ab".repeat(32));
        let key = fs::read_to_string(&own).expect("reads");
        // Restored under a configuration that has one already.
        let named = scene.place.at("restored.key");
        let url = config::load(&scene.target).expect("is one").database.url.expose().to_owned();
        let keys = format!("[keys]\nmaster_file = '{}'", named.display());
        write_config(&scene.place, "restored", &url, &keys);
        fs::write(&named, &other).expect("writes");
        let refused = scene.restore().expect_err("another key");
        assert!(refused.contains("another master key"), "{refused}");
        fs::remove_file(&named).expect("removes");
        assert!(scene.place_is_empty());
        fs::write(&named, key.trim().to_uppercase()).expect("writes");
        scene.restore().expect("the same key, written otherwise");

        // The installation itself: with another key, or none, nobody opens it, and no new key is made beside its images.
        for (wrong, sentence) in [(Some(&other), "is not the one that sealed"), (None, "There is no master key")] {
            match wrong {
                Some(other) => fs::write(&own, other).expect("writes"),
                None => fs::remove_file(&own).expect("removes"),
            }
            let refused = scene.open().await.err().map(|error| format!("{error:#}")).expect("refuses");
            assert!(refused.contains(sentence), "{refused}");
            let late = scene.place.at("late");
            let output = tool(&["backup", "--config", text(&scene.config), "--to", text(&late)]);
            assert!(!output.status.success() && said(&output).contains(sentence), "{}", said(&output));
            assert!(!late.exists() && own.exists() == wrong.is_some());
        }
        scene.end().await;
    }

    async fn a_backup_that_fails_leaves_nothing_of_its_own(fixture) {
        let scene = Scene::new(&fixture).await;
        // It cannot be read, whoever runs this.
        let broken = scene.place.at("data/blobs/zz/broken");
        fs::create_dir_all(broken.parent().expect("a folder")).expect("makes a folder");
        symlink(&broken, &broken).expect("links");
        let (new, kept) = (scene.place.at("new"), scene.place.at("kept"));
        fs::create_dir_all(kept.join("lost+found")).expect("makes a folder");
        for folder in [&new, &kept] {
            let output = tool(&["backup", "--config", text(&scene.config), "--to", text(folder)]);
            assert!(!output.status.success() && said(&output).contains("cannot be copied"), "{}", said(&output));
        }
        assert!(!new.exists());
        assert_eq!(names(&kept), 1, "lost+found");
        fs::remove_file(&broken).expect("removes");
        line(&tool(&["backup", "--config", text(&scene.config), "--to", text(&kept)]));
        scene.end().await;
    }
}
