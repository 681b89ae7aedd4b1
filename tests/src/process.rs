//! A server process as an operator runs it: `telekonsil serve --config FILE`, with `kill -9` and a clean end.

use anyhow::{Context, Result, bail, ensure};
use std::fs::File;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The binary that the workspace build put beside the test binaries.
pub fn binary() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let release = test.parent().and_then(Path::parent).context("target folder")?;
    let path = release.join("telekonsil");
    ensure!(path.exists(), "{} is missing: build the workspace first (tests/run does)", path.display());
    Ok(path)
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

impl Node {
    /// Writes a configuration for `database` (`sqlite:…` or `postgres://…`) into `folder`; starts nothing.
    pub fn prepare(folder: &Path, database: &str) -> Result<Self> {
        let (http, media) = (free_port()?, free_port()?);
        let config = format!(
            "listen = \"127.0.0.1:{http}\"\ndata_dir = \"data\"\n[media]\nbind = \"127.0.0.1:{media}\"\n\
             [database]\nurl = \"{database}\"\n"
        );
        std::fs::write(folder.join("telekonsil.toml"), config)?;
        std::fs::create_dir_all(folder.join("data"))?;
        Ok(Self {
            folder: folder.to_owned(),
            http,
            child: None,
            log: folder.join("stderr.log"),
            log_filter: None,
            client: reqwest::Client::builder().no_proxy().build()?,
        })
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
        loop {
            if let Ok(answer) = self.client.get(format!("{}/readyz", self.base())).send().await
                && answer.status().is_success()
            {
                return Ok(());
            }
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                bail!("telekonsil serve ended with {status}:\n{}", std::fs::read_to_string(&self.log)?);
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
            let status = child.wait()?;
            ensure!(status.success(), "the server ended with {status}:\n{}", std::fs::read_to_string(&self.log)?);
        }
        let log = std::fs::read_to_string(&self.log)?;
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
