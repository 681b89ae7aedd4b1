//! What an installation is told: where it listens, where its data are, what it takes.
//!
//! [`Config`] is complete and checked; it comes from a TOML file ([`file`]) or from the demo's few options.

mod egress;
mod file;
mod network;
mod origin;
mod secret;
mod turn;

pub use egress::{Gateway, HostRule, Mail, MailTls, Outbound, Push};
pub use file::{ConfigError, load};
pub use network::Network;
pub use origin::Origin;
pub use secret::Secret;
pub use turn::{Turn, TurnSecret};

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where HTTP is served unless told otherwise. Loopback: without a certificate a reverse proxy in front has the TLS.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
/// UDP and TCP port of the media's first shard unless told otherwise.
pub const DEFAULT_MEDIA_PORT: u16 = 8189;

/// A whole server's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// HTTP address; port 0 takes a free one (tests).
    pub listen: SocketAddr,
    /// Certificate and key of our own; `None`: plain HTTP, for this machine or behind a proxy.
    pub tls: Option<Tls>,
    /// Whose `X-Forwarded-For` is believed, beside loopback's: the reverse proxies in front.
    pub trusted_proxies: Vec<Network>,
    /// Origins at which people open the pages, e.g. `https://telekonsil.example.org`. Empty: loopback names only.
    pub public_origins: Vec<Origin>,
    /// How browsers reach this very node; room sockets go there. `None`: the origin the page was opened at.
    pub node_origin: Option<Origin>,
    /// Every node's `node_origin`: what the content security policy lets pages connect to.
    pub all_nodes: Vec<Origin>,
    pub media: Media,
    /// Relays for networks from which the media port cannot be reached.
    pub turn: Option<Turn>,
    /// What leaves the house: pushes, e-mails, SMS and calls, and the hosts that may be asked.
    pub outbound: Outbound,
    pub database: Database,
    /// Blobs, lock file and, unless given elsewhere, database and master key.
    pub data_dir: PathBuf,
    pub master_key: MasterKeySource,
    pub limits: Limits,
    pub retention: Retention,
    pub log: LogFormat,
    /// Invented people with one known password: the pages may say so.
    pub is_demo: bool,
    /// Whoever shows it may read `/metrics` from other hosts; `None` leaves loopback alone.
    pub metrics_token: Option<Secret>,
    /// Program that decodes images in a process of its own; `None`: this one. Tests whose process is not `telekonsil`
    /// name it.
    pub worker: Option<PathBuf>,
}

/// Media sockets.
#[derive(Clone, Debug)]
pub struct Media {
    /// Address of the SFU's first shard; the others have the following ports.
    pub bind: SocketAddr,
    /// Addresses that clients are told to send to. Empty: the bound one.
    pub announced: Vec<IpAddr>,
    /// Threads that carry rooms, each with a port of its own. More lets more rooms be carried at once and wants more
    /// open ports; fewer leaves cores idle in a large installation.
    pub shards: usize,
    /// Takes TCP beside UDP, for networks that let no UDP through.
    pub tcp: bool,
}

/// Database address: `sqlite:PATH` or `postgres://…`. May hold a password, hence no `Debug`.
#[derive(Clone, Debug)]
pub struct Database {
    pub url: Secret,
}

/// Where the master key comes from. It wraps every study's key: losing it loses every image.
#[derive(Clone, Debug)]
pub enum MasterKeySource {
    /// 64 hexadecimal digits or base64 in a file, mode 0600; made when missing and `create` is set.
    File { path: PathBuf, create: bool },
    /// The same text in an environment variable.
    Env(String),
}

/// Files of a certificate. They are read again when they change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// PEM: the server's certificate, then those between it and its root.
    pub certificate: PathBuf,
    /// PEM: PKCS #8, PKCS #1 or SEC 1.
    pub key: PathBuf,
}

/// When content is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days from the take-over of the report (or the cancelling) to the purge. More keeps patient data that nobody
    /// needs here any more; less leaves less time for questions about a consult and for its billing.
    pub after_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { after_days: 90 }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object a line, for machines.
    Json,
}

/// What is taken at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of a JSON body. More lets one request hold more memory; less refuses long answers (a written answer
    /// has 4 pages at most, about 16 KiB).
    pub json_body: usize,
    /// Bytes of one STOW request. More lets one upload hold a connection longer; less refuses large studies sent in
    /// one request (our pages send object by object).
    pub upload: u64,
    /// Bytes of one DICOM object. More lets one object take more of the worker's memory; less refuses long ultrasound
    /// loops (a 120-frame one has 58 MB).
    pub object: u64,
    /// Failed sign-ins for one account and address within fifteen minutes. More helps guessing; less locks out the
    /// tired colleague at three in the morning.
    pub sign_in_failures: u32,
    /// Event streams of one session; one more ends the oldest. More lets one session take connections away from others;
    /// less silences pages of somebody who has many open.
    pub streams: usize,
    /// A request with a small body must be answered within this: a body that trickles in byte by byte does not hold a
    /// handler for ever. More lets slow senders hold memory; less fails a long answer over a bad mobile network. Not in
    /// the file.
    pub request_time: Duration,
    /// Longest pause within an upload, and what it may fall behind the slowest speed that is borne. More lets a dead
    /// sender hold its memory; less cuts off a hospital's slow uplink. Not in the file.
    pub upload_pause: Duration,
    /// Seconds that a seat is kept for somebody who lost the network. More shows a ghost in the roster; less takes
    /// the seat from somebody in a lift.
    pub seat_kept: Duration,
    /// How long a socket of the check before a call may stay. More lets people hold the media server's bandwidth; less
    /// cuts off a slow network, which takes fifteen seconds to come up and is then measured for eight. Not in the file.
    pub check_time: Duration,
    /// How long somebody who has knocked at a room may take to come in. More holds sockets for those who never come; less
    /// costs a ticket and a socket at the press of those who wait in the lobby. The page knocks again after forty
    /// seconds. Not in the file.
    pub knock_time: Duration,
    /// How long a stopping server waits for requests that are under way, and before that for rooms. More delays a
    /// restart for one slow upload; less cuts it off.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            json_body: 256 * 1024,
            upload: 4 * 1024 * 1024 * 1024,
            object: 256 * 1024 * 1024,
            sign_in_failures: 8,
            streams: 16,
            request_time: Duration::from_secs(30),
            upload_pause: Duration::from_secs(30),
            seat_kept: Duration::from_secs(60),
            check_time: Duration::from_secs(40),
            knock_time: Duration::from_secs(60),
            drain: Duration::from_secs(10),
        }
    }
}

impl Config {
    /// A server of its own in `data_dir`: SQLite, local blobs, a master key that is made when missing, loopback names.
    pub fn local(data_dir: &Path, listen: SocketAddr, media_port: u16) -> Self {
        // "Everywhere" cannot be told to clients as an address; such a server is for this machine's browsers.
        let everywhere = listen.ip().is_unspecified();
        let media_ip = if everywhere { Ipv4Addr::LOCALHOST.into() } else { listen.ip() };
        Self {
            listen,
            tls: None,
            trusted_proxies: Vec::new(),
            public_origins: Vec::new(),
            node_origin: None,
            all_nodes: Vec::new(),
            media: Media { bind: SocketAddr::new(media_ip, media_port), announced: Vec::new(), shards: 1, tcp: true },
            turn: None,
            outbound: Outbound::default(),
            database: Database { url: Secret::new(sqlite_url(data_dir)) },
            data_dir: data_dir.to_owned(),
            master_key: MasterKeySource::File { path: data_dir.join("master.key"), create: true },
            limits: Limits::default(),
            retention: Retention::default(),
            log: LogFormat::default(),
            is_demo: false,
            metrics_token: None,
            worker: None,
        }
    }

    /// Cookies are marked `Secure` when people come over TLS.
    pub fn secure_cookies(&self) -> bool {
        let public = !self.public_origins.is_empty() && self.public_origins.iter().all(Origin::is_secure);
        public || self.tls.is_some()
    }

    /// Where people open the pages: the first public address, or this very listener.
    pub fn base_url(&self, bound: SocketAddr) -> String {
        match self.public_origins.first() {
            Some(origin) => origin.as_str().to_owned(),
            None => format!("{}://{bound}", if self.tls.is_some() { "https" } else { "http" }),
        }
    }
}

fn sqlite_url(data_dir: &Path) -> String {
    format!("sqlite:{}", data_dir.join("telekonsil.db").display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_secure_exactly_when_people_come_over_tls() {
        let mut config = Config::local(Path::new("x"), DEFAULT_LISTEN.parse().unwrap(), 0);
        assert!(!config.secure_cookies());
        config.public_origins = vec![Origin::parse("https://a").unwrap()];
        assert!(config.secure_cookies());
        config.public_origins.push(Origin::parse("http://b").unwrap());
        assert!(!config.secure_cookies());
        config.tls = Some(Tls { certificate: "c".into(), key: "k".into() });
        assert!(config.secure_cookies());
    }
}
