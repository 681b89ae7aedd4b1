//! Imports run one way, between the crates and inside the broker; only the transport names `rtc-*`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Our crates, and which of ours each may name.
const CRATES: &[(&str, &[&str])] = &[
    ("schemas", &[]),
    ("sfu", &[]),
    ("imaging", &[]),
    ("report", &[]),
    ("broker", &["schemas", "sfu", "imaging", "report"]),
    ("tests", &["schemas", "sfu", "imaging", "telekonsil"]),
];

/// Modules of the broker, and which others each may name. `domain ← app ← edge ← assembly`.
const MODULES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("app", &["domain"]),
    ("store", &["app"]),
    ("bus", &["app"]),
    ("config", &[]),
    ("notify", &["app", "config"]),
    ("clock", &["app"]),
    ("room", &["app", "domain"]),
    ("http", &["app", "domain", "config", "room"]),
    ("server", &["app", "bus", "clock", "config", "http", "notify", "room", "store"]),
    ("demo", &["app", "domain"]),
    ("cli", &["app", "clock", "config", "demo", "http", "notify", "server", "store"]),
];

/// Crates that the pure core may name. A crate that does IO, asks for the time or spawns tasks must not be here.
const PURE: &[&str] = &[
    "schemas",
    "serde",
    "serde_json",
    "thiserror",
    "jiff",
    "uuid",
    "sha2",
    "subtle",
    "chrono",
    "holiday_de",
    "pathfinding",
];

#[test]
fn crates_name_each_other_in_one_direction() {
    for (name, allowed) in CRATES {
        let manifest = read(&root().join(name).join("Cargo.toml"));
        let ours = ["schemas", "sfu", "imaging", "report", "telekonsil", "tests"];
        for dependency in dependencies(&manifest).iter().filter(|dependency| ours.contains(&dependency.as_str())) {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn modules_of_the_broker_name_each_other_in_one_direction() {
    let allowed: BTreeMap<&str, &[&str]> = MODULES.iter().copied().collect();
    for (file, text) in sources(&root().join("broker/src")) {
        let path = file.strip_prefix(root().join("broker/src")).expect("below src");
        let module = path.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let module = module.expect("a file has a path").trim_end_matches(".rs").to_owned();
        if matches!(module.as_str(), "lib" | "main") || is_test(path) {
            continue;
        }
        let may = allowed.get(module.as_str()).unwrap_or_else(|| panic!("{module} is not in the architecture"));
        for named in crate_paths(&text) {
            let fine = named == module || may.contains(&named.as_str()) || !allowed.contains_key(named.as_str());
            assert!(fine, "{}: {module} must not name {named}", path.display());
        }
    }
}

#[test]
fn the_domain_is_pure() {
    for (file, text) in sources(&root().join("broker/src/domain")) {
        if is_test(&file) {
            continue;
        }
        for (number, line) in code_lines(&text) {
            for forbidden in
                ["async fn", ".await", "std::fs", "std::net", "std::time", "std::thread", "tokio", "println!"]
            {
                assert!(!line.contains(forbidden), "{}:{number}: {forbidden}", file.display());
            }
            let Some(rest) = line.trim_start().strip_prefix("use ") else { continue };
            let first = rest.trim_start_matches("::").split([':', ';', ' ']).next().unwrap_or_default();
            let local = matches!(first, "crate" | "super" | "self" | "std" | "core" | "alloc");
            // A lower-case first part may be a module beside the file.
            let sibling = file.with_file_name(format!("{first}.rs")).exists()
                || file.with_file_name(first).is_dir()
                || file.with_extension("").join(format!("{first}.rs")).exists();
            let known =
                local || sibling || PURE.contains(&first) || first.chars().next().is_some_and(char::is_uppercase);
            assert!(known, "{}:{number}: {first} is not a pure crate", file.display());
        }
    }
}

#[test]
fn only_the_transport_names_the_webrtc_library() {
    let transport = root().join("sfu/src/transport");
    for (file, text) in sources(&root().join("sfu/src")) {
        // Tests may compare with it.
        if file.starts_with(&transport) || is_test(&file) {
            continue;
        }
        for (number, line) in code_lines(&text) {
            let names = ["rtc::", "rtc_", "use rtc;"].iter().any(|word| starts_word(line, word));
            assert!(!names, "{}:{number} names rtc", file.display());
        }
    }
}

#[test]
fn only_the_stores_queries_hold_sql() {
    for (file, text) in sources(&root().join("broker/src")) {
        if file.starts_with(root().join("broker/src/store")) || file.starts_with(root().join("broker/src/bus")) {
            continue;
        }
        for (number, line) in code_lines(&text) {
            assert!(!line.contains("sqlx::"), "{}:{number} names sqlx", file.display());
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names under `[dependencies]`, `[dev-dependencies]` and `[build-dependencies]`.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.trim_end().ends_with("dependencies]");
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            names.push(line.split(['.', '=', ' ']).next().unwrap_or_default().to_owned());
        }
    }
    names
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = read(&path);
            found.push((path, text));
        }
    }
    found.sort();
    found
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
}

/// Lines with code, up to the module's own tests.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.lines().enumerate().map(|(index, line)| (index + 1, line)).filter(|(_, line)| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("//")
    })
}

/// The first parts of all `crate::…` paths, groups included: `use crate::{app::App, domain::x}`.
fn crate_paths(text: &str) -> Vec<String> {
    let code: String = code_lines(text).map(|(_, line)| line.trim()).collect::<Vec<_>>().join(" ");
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => names.extend(group_heads(group)),
            None => names.push(head(rest)),
        }
    }
    names
}

/// First parts of the members of a group that may hold further groups.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut names) = (0_i32, 0, Vec::new());
    for (index, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(head(group[start..index].trim()));
                return names;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(head(group[start..index].trim()));
                start = index + 1;
            }
            _ => {}
        }
    }
    names
}

fn head(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn starts_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(index, _)| {
        !line[..index].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_')
    })
}

#[test]
fn the_reader_of_imports_reads_groups() {
    let text =
        "use crate::{app::{App, Error}, domain::consult::x, http};\nfn f(x: crate::store::Store) {}\n// crate::cli\n";
    assert_eq!(crate_paths(text), ["app", "domain", "http", "store"]);
}
