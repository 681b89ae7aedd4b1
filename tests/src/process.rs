//! A server process as an operator runs it: `telekonsil serve --config FILE`, with `kill -9` and a clean end.

use crate::client;
use anyhow::{Context, Result, bail, ensure};
use std::fs::File;
use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use tokio::time::timeout;

/// A server is ready within this, with a database of its own, on a machine that does other things too.
const READY: Duration = Duration::from_secs(60);
/// It ends by itself within this; it waits ten seconds for rooms and requests.
const STOPPED: Duration = Duration::from_secs(40);

/// The binary that the workspace build put beside the benchmark, one folder above the tests.
pub fn binary() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folders = own.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join("telekonsil")).find(|path| path.is_file());
    found.with_context(|| {
        format!("no telekonsil near {}: `cargo build --release --workspace` first (tests/run does)", own.display())
    })
}

/// A port that is free for TCP and UDP on 127.0.0.1.
pub fn free_port() -> Result<u16> {
    for _ in 0..64 {
        let tcp = TcpListener::bind("127.0.0.1:0")?;
        let port = tcp.local_addr()?.port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free for both TCP and UDP")
}

/// One node on its own folder; the database may be shared with nobody or with a PostgreSQL server.
pub struct Node {
    pub folder: PathBuf,
    pub http: u16,
    child: Option<Child>,
    log: PathBuf,
    /// `RUST_LOG` of the next start, where it is not the default.
    pub log_filter: Option<&'static str>,
    client: reqwest::Client,
}

/// Event streams of one session: crowds come with a few people's cookies.
const STREAMS: usize = 4_000;

impl Node {
    /// Writes a configuration for `database` (`sqlite:…` or `postgres://…`) into `folder`; starts nothing.
    pub fn prepare(folder: &Path, database: &str) -> Result<Self> {
        let (http, media) = (free_port()?, free_port()?);
        let config = format!(
            "listen = \"127.0.0.1:{http}\"\ndata_dir = \"data\"\n[media]\nbind = \"127.0.0.1:{media}\"\nshards = 1\n\
             [database]\nurl = \"{database}\"\n[limits]\nstreams_per_session = {STREAMS}\n"
        );
        std::fs::write(folder.join("telekonsil.toml"), config)?;
        std::fs::create_dir_all(folder.join("data"))?;
        Ok(Self {
            folder: folder.to_owned(),
            http,
            child: None,
            log: folder.join("stderr.log"),
            log_filter: None,
            client: client::http().build()?,
        })
    }

    /// One more line of the configuration's `[limits]`, from the next start on.
    pub fn limit(&self, line: &str) -> Result<()> {
        let mut config = File::options().append(true).open(self.config())?;
        Ok(writeln!(config, "{line}")?)
    }

    /// Process id of the running server.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    pub fn config(&self) -> PathBuf {
        self.folder.join("telekonsil.toml")
    }

    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    /// Runs a command line to its end, e.g. `migrate`, and returns what it printed.
    pub fn run(&self, command: &[&str]) -> Result<String> {
        let out = Command::new(binary()?).args(command).arg("--config").arg(self.config()).output()?;
        ensure!(out.status.success(), "telekonsil {command:?}: {}", String::from_utf8_lossy(&out.stderr));
        Ok(String::from_utf8(out.stdout)?)
    }

    /// Starts the server and waits until `/readyz` answers 200.
    pub async fn start(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let child = Command::new(binary()?)
            .args(["serve", "--config"])
            .arg(self.config())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .envs(self.log_filter.map(|filter| ("RUST_LOG", filter)))
            .spawn()?;
        self.child = Some(child);
        match timeout(READY, self.ready()).await {
            Ok(ready) => ready,
            Err(_) => bail!("telekonsil serve is not ready after {READY:?}:\n{}", self.log()?),
        }
    }

    async fn ready(&mut self) -> Result<()> {
        loop {
            if let Ok(answer) = self.client.get(format!("{}/readyz", self.base())).send().await
                && answer.status().is_success()
            {
                return Ok(());
            }
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                bail!("telekonsil serve ended with {status}:\n{}", self.log()?);
            }
            tokio::task::yield_now().await;
        }
    }

    /// `kill -9`: nothing is flushed, nobody is told.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Everything that it has logged so far.
    pub fn log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// Resident memory in MiB.
    pub fn resident(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid().context("stopped")?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
    }

    /// SIGTERM, a clean end, and a log without a single ERROR.
    pub fn stop(mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            let pid = libc::pid_t::try_from(child.id())?;
            // SAFETY: `kill` takes no pointers; the pid is our own child's, which has not been waited for yet.
            let sent = unsafe { libc::kill(pid, libc::SIGTERM) };
            ensure!(sent == 0, "SIGTERM could not be sent");
            let (ended, waiting) = channel::<()>();
            let patience = std::thread::spawn(move || {
                if waiting.recv_timeout(STOPPED) == Err(RecvTimeoutError::Timeout) {
                    // SAFETY: as above; the child is waited for only after it has ended.
                    unsafe { libc::kill(pid, libc::SIGKILL) };
                }
            });
            let status = child.wait()?;
            drop(ended);
            let _ = patience.join();
            ensure!(status.success(), "the server ended with {status}:\n{}", self.log()?);
        }
        let log = self.log()?;
        let bad: Vec<&str> = log.lines().filter(|line| line.contains("ERROR") || line.contains("panicked")).collect();
        ensure!(bad.is_empty(), "the server logged errors: {bad:#?}");
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // A failed test must not leave a server behind; its own error is the one to report.
        let _ = self.kill();
    }
}
