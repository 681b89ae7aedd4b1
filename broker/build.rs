//! Builds the web application when its sources changed and embeds it.
//!
//! - `TELEKONSIL_WEB_DIST=DIR` embeds a ready folder instead (packagers; machines without Node).
//! - `web/skip-build.local` (ignored by git) embeds a placeholder: whoever works on the server alone need not wait for
//!   the pages.
//!
//! `npm` runs in `web/` itself, so that `node_modules` is installed once; only the result goes to `OUT_DIR`.

use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// What the pages are made of. `dist`, `node_modules` and test results must not be among them: a build that writes
/// what it watches never comes to rest.
const SOURCES: &[&str] = &["package.json", "package-lock.json", "vite.config.ts", "tsconfig.json", "src", "public"];

/// Folders of the pages, each with its `index.html`.
const PAGES: &[&str] =
    &["login", "refer", "oncall", "desk", "room", "guest", "phone", "admin", "privacy", "setup", "answer"];

/// Vite 8 and React's compiler need it.
const NODE_MAJOR: u32 = 20;

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let broker = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let web = broker.join("../web");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=compress.mjs");
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-env-changed=TELEKONSIL_WEB_DIST");

    let dist = if let Some(ready) = env::var_os("TELEKONSIL_WEB_DIST").filter(|value| !value.is_empty()) {
        let ready = PathBuf::from(ready);
        if !ready.join("login/index.html").is_file() {
            fail(&format!("TELEKONSIL_WEB_DIST is {}, but there is no login/index.html in it.", ready.display()));
        }
        println!("cargo:rerun-if-changed={}", ready.display());
        ready
    } else if !web.join("package.json").is_file() || web.join("skip-build.local").exists() {
        println!("cargo:rerun-if-changed={}", web.join("package.json").display());
        println!("cargo:rerun-if-changed={}", web.join("skip-build.local").display());
        println!("cargo:warning=the web pages are left out: a placeholder is embedded");
        placeholder(&out)
    } else {
        for source in SOURCES.iter().chain(PAGES).filter(|source| web.join(source).exists()) {
            println!("cargo:rerun-if-changed={}", web.join(source).display());
        }
        build_web(&web, &broker, &out)
    };
    embed(&dist, &out);
}

fn build_web(web: &Path, broker: &Path, out: &Path) -> PathBuf {
    check_node();
    // Two cargo processes (another profile, another target folder) must not run npm in the same folder at once.
    let lock = File::open(web.join("package.json")).expect("web/package.json can be opened");
    lock.lock().expect("web/package.json can be locked");
    if dependencies_are_stale(web) {
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(web));
    }
    let dist = out.join("web");
    run(Command::new("npm").args(["run", "build"]).env("TELEKONSIL_WEB_OUT", &dist).current_dir(web));
    run(Command::new("node").arg(broker.join("compress.mjs")).arg(&dist));
    dist
}

fn check_node() {
    let hint = "Install Node (https://nodejs.org or your distribution's package `nodejs` and `npm`), or set \
                TELEKONSIL_WEB_DIST to a folder with the built web pages.";
    let version = match Command::new("node").arg("--version").output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => fail(&format!("Node {NODE_MAJOR} or newer is needed to build the web pages and was not found. {hint}")),
    };
    let major = version.trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR) {
        fail(&format!(
            "Node {NODE_MAJOR} or newer is needed to build the web pages; `node --version` is {version}. {hint}"
        ));
    }
    if !Command::new("npm").arg("--version").output().is_ok_and(|output| output.status.success()) {
        fail(&format!("npm is needed to build the web pages and was not found. {hint}"));
    }
}

/// npm writes `node_modules/.package-lock.json` as the last step of an installation.
fn dependencies_are_stale(web: &Path) -> bool {
    let modified = |path: PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    match (modified(web.join("package-lock.json")), modified(web.join("node_modules/.package-lock.json"))) {
        (Some(wanted), Some(installed)) => installed < wanted,
        _ => true,
    }
}

fn run(command: &mut Command) {
    let shown = format!("{command:?}");
    match command.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            eprintln!("{}", String::from_utf8_lossy(&output.stdout));
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
            fail(&format!("{shown} failed ({}); its output is above.", output.status));
        }
        Err(error) => fail(&format!("{shown} could not be started: {error}.")),
    }
}

fn placeholder(out: &Path) -> PathBuf {
    let dist = out.join("placeholder");
    for page in PAGES {
        let folder = dist.join(page);
        fs::create_dir_all(&folder).expect("OUT_DIR is writable");
        let html = "<!doctype html><meta charset=\"utf-8\"><title>Telekonsil</title><p>Built without its pages.</p>\n";
        fs::write(folder.join("index.html"), html).expect("OUT_DIR is writable");
    }
    dist
}

/// Writes `pages.rs`: a slice of files sorted by path.
fn embed(dist: &Path, out: &Path) {
    let mut files = Vec::new();
    walk(dist, &mut files);
    files.sort();
    let mut code = String::from("pub(super) static FILES: &[EmbeddedFile] = &[\n");
    for file in files.iter().filter(|file| file.extension().is_none_or(|extension| extension != "br")) {
        let path = file.strip_prefix(dist).expect("below dist").to_str().expect("UTF-8 file name").replace('\\', "/");
        let bytes = fs::read(file).expect("a file of the build can be read");
        let absolute = file.canonicalize().expect("a file of the build exists");
        let mut brotli = absolute.clone().into_os_string();
        brotli.push(".br");
        let brotli = match Path::new(&brotli).is_file() {
            true => format!("Some(include_bytes!({brotli:?}))"),
            false => "None".to_owned(),
        };
        writeln!(
            code,
            "    EmbeddedFile {{ path: {path:?}, tag: \"{:016x}\", plain: include_bytes!({absolute:?}), brotli: {brotli} }},",
            fnv1a(&bytes)
        )
        .expect("writing to a string");
    }
    code.push_str("];\n");
    fs::write(out.join("pages.rs"), code).expect("OUT_DIR is writable");
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| fail(&format!("{}: {error}.", folder.display()))) {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() { walk(&path, into) } else { into.push(path) }
    }
}

/// FNV-1a, 64 bits: an entity tag needs to differ between builds, not to resist anybody.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn fail(sentence: &str) -> ! {
    eprintln!("\n{sentence}\n");
    exit(1)
}
