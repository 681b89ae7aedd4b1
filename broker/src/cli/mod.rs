//! The command line. Everything it says to people goes to stderr; stdout carries results alone.

mod audit;
mod backup;
mod demo;
mod dkim;
mod openapi;
mod purge;
mod serve;
mod signal;
mod token;
mod tools;
mod user;

use crate::config::{self, DEFAULT_LISTEN, LogFormat};
use clap::{Args, Parser, Subcommand};
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Remote expert consultations: pairs a requesting hospital with an available specialist and hosts the consult.
#[derive(Parser)]
#[command(name = "telekonsil", version, disable_help_subcommand = true)]
struct Cli {
    /// Log lines as JSON, whatever the configuration says. What is logged is chosen by the variable RUST_LOG (default: info,sqlx=warn,rtc=error).
    #[arg(long, global = true)]
    log_json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start with demo data and print one JSON line with a link for each role.
    Demo(DemoArgs),
    /// Start in production.
    Serve {
        /// Configuration file; see broker/telekonsil.example.toml.
        #[arg(long)]
        config: PathBuf,
    },
    /// Bring the database's tables to this version.
    Migrate(Place),
    /// Accounts.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Print a bearer token for a machine. Works beside a running server.
    Token(token::TokenArgs),
    /// The audit chain.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Copy database, images and master key into a folder. Works beside a running server.
    Backup(backup::BackupArgs),
    /// Put a backup into an empty place.
    Restore(backup::RestoreArgs),
    /// Delete the content of consults whose retention is over, as a server does every hour.
    Purge(purge::PurgeArgs),
    /// Keys that sign e-mails.
    #[command(subcommand)]
    Dkim(dkim::DkimCommand),
    /// Write the API's document to schemas/openapi.json.
    Openapi(openapi::OpenapiArgs),
    /// Decode images for a server; started by the server itself.
    #[command(hide = true)]
    ImagingWorker,
}

#[derive(Args)]
struct DemoArgs {
    /// HTTP address.
    #[arg(long, default_value = DEFAULT_LISTEN)]
    listen: SocketAddr,
    /// UDP port of the media.
    #[arg(long, default_value_t = crate::config::DEFAULT_MEDIA_PORT)]
    media_port: u16,
    /// Folder of the demo's data; made when missing. Default: telekonsil-demo in the user's data folder
    /// ($XDG_DATA_HOME or ~/.local/share).
    #[arg(long)]
    data: Option<PathBuf>,
    /// Begin with an empty folder: what the demo made there before is removed.
    #[arg(long)]
    reset: bool,
}

/// Which installation.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// Configuration file of the installation.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Data folder of a demo.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::ImagingWorker) {
        // Before anything else is set up: the worker limits its own memory, and its stdout belongs to the protocol.
        return imaging::worker::run_stdio();
    }
    log_to_stderr(cli.log_json || cli.command.log_format() == LogFormat::Json);
    log_panics();
    match run(cli.command) {
        Ok(code) => code,
        Err(error) => {
            let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
            let _ = writeln!(std::io::stderr(), "telekonsil: {}", chain.join(": "));
            ExitCode::FAILURE
        }
    }
}

impl Command {
    /// As the configuration says. One that cannot be read is complained about later, where it is used.
    fn log_format(&self) -> LogFormat {
        let path: Option<&Path> = match self {
            Self::Serve { config } => Some(config),
            Self::Migrate(place) => place.config.as_deref(),
            _ => None,
        };
        path.and_then(|path| config::load(path).ok()).map(|config| config.log).unwrap_or_default()
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    if let Command::Openapi(args) = command {
        return openapi::run(&args);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let done = match command {
            Command::Demo(args) => demo::run(args).await,
            Command::Serve { config } => serve::run(&config).await,
            Command::Migrate(place) => tools::migrate(&place).await,
            Command::User(command) => user::run(command).await,
            Command::Token(args) => token::run(args).await,
            Command::Audit(command) => return audit::run(command).await,
            Command::Backup(args) => backup::run(args).await,
            Command::Restore(args) => backup::restore(args).await,
            Command::Purge(args) => purge::run(args).await,
            Command::Dkim(command) => dkim::run(&command).await,
            Command::Openapi(_) | Command::ImagingWorker => Ok(()),
        };
        done.map(|()| ExitCode::SUCCESS)
    });
    // A task that hangs must not keep the process: everything that matters was ended in order before.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}

/// What is logged unless RUST_LOG says otherwise.
const LOG_FILTER: &str = "info,sqlx=warn";

/// Whatever RUST_LOG says. Targets match by their beginning: `rtc` is every crate of the WebRTC stack (`rtc_ice`,
/// `rtc_dtls` …). More: they warn of each bad packet, so anybody who reaches the media port could fill the disk, and at
/// `debug` rtc-ice tells the ICE password of every client. Less: a broken peer would be hidden altogether.
const RTC_FILTER: &str = "rtc=error";

/// What `asked` says of everything but the WebRTC stack, or else what is usual.
fn directives(asked: &str) -> String {
    // Of a span's directive what happens in it counts, whoever tells of it.
    let is_safe = |directive: &&str| !directive.is_empty() && !directive.starts_with("rtc") && !directive.contains('[');
    let others = asked.split(',').map(str::trim).filter(is_safe).collect::<Vec<_>>().join(",");
    format!("{},{RTC_FILTER}", if others.is_empty() { LOG_FILTER } else { &others })
}

fn log_to_stderr(json: bool) {
    let asked = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_default();
    let filter = EnvFilter::try_new(directives(&asked)).unwrap_or_else(|_| EnvFilter::new(directives("")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let builder = builder.with_ansi(std::io::stderr().is_terminal());
    // A second subscriber in the same process (tests) is harmless.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}

/// A panic is a bug, and its message may quote anything, patients included: only the place is logged.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not shown)");
        tracing::error!(%place, message, "panic");
    }));
}

/// One line on stdout.
fn print_line(line: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_webrtc_stack_tells_errors_alone_whatever_is_asked() {
        assert_eq!(directives(""), "info,sqlx=warn,rtc=error");
        assert_eq!(directives("debug"), "debug,rtc=error");
        assert_eq!(directives("rtc_ice=trace, rtc=debug ,sfu=trace"), "sfu=trace,rtc=error");
        assert_eq!(directives("rtc_ice"), "info,sqlx=warn,rtc=error");
        assert_eq!(directives("[peer]=trace,sfu[offer{room=1}]=debug"), "info,sqlx=warn,rtc=error");
    }
}
