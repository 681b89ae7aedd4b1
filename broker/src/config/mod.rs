//! What an installation is told: where it listens, where its data are, what it takes.
//!
//! [`Config`] is complete and checked; it comes from a TOML file ([`file`]) or from the demo's few options.

mod file;
mod secret;

pub use file::{ConfigError, load};
pub use secret::Secret;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where HTTP is served unless told otherwise. Loopback: TLS belongs to the reverse proxy in front.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
/// UDP and TCP port of the media unless told otherwise.
pub const DEFAULT_MEDIA_PORT: u16 = 8189;

/// A whole server's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// HTTP address; port 0 takes a free one (tests).
    pub listen: SocketAddr,
    /// Origins at which people open the pages, e.g. `https://telekonsil.example.org`. Empty: loopback names only.
    pub public_origins: Vec<Origin>,
    /// How browsers reach this very node; room sockets go there. `None`: the origin the page was opened at.
    pub node_origin: Option<Origin>,
    /// Every node's `node_origin`: what the content security policy lets pages connect to.
    pub all_nodes: Vec<Origin>,
    pub media: Media,
    pub database: Database,
    /// Blobs, lock file and, unless given elsewhere, database and master key.
    pub data_dir: PathBuf,
    pub master_key: MasterKeySource,
    pub limits: Limits,
    /// Whoever shows it may read `/metrics` from other hosts; `None` leaves loopback alone.
    pub metrics_token: Option<Secret>,
    /// Program that decodes images in a process of its own; `None`: this one. Tests whose process is not `telekonsil`
    /// name it.
    pub worker: Option<PathBuf>,
}

/// Media socket.
#[derive(Clone, Debug)]
pub struct Media {
    /// UDP and TCP address the SFU binds.
    pub bind: SocketAddr,
    /// Addresses that clients are told to send to. Empty: the bound one.
    pub announced: Vec<IpAddr>,
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
    /// Seconds that a seat is kept for somebody who lost the network. More shows a ghost in the roster; less takes
    /// the seat from somebody in a lift.
    pub seat_kept: Duration,
    /// How long a stopping server waits for requests that are under way.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            json_body: 256 * 1024,
            upload: 4 * 1024 * 1024 * 1024,
            object: 256 * 1024 * 1024,
            sign_in_failures: 8,
            seat_kept: Duration::from_secs(60),
            drain: Duration::from_secs(5),
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
            public_origins: Vec::new(),
            node_origin: None,
            all_nodes: Vec::new(),
            media: Media { bind: SocketAddr::new(media_ip, media_port), announced: Vec::new() },
            database: Database { url: Secret::new(sqlite_url(data_dir)) },
            data_dir: data_dir.to_owned(),
            master_key: MasterKeySource::File { path: data_dir.join("master.key"), create: true },
            limits: Limits::default(),
            metrics_token: None,
            worker: None,
        }
    }

    /// Cookies are marked `Secure` when people come over TLS.
    pub fn secure_cookies(&self) -> bool {
        !self.public_origins.is_empty() && self.public_origins.iter().all(|origin| origin.scheme() == "https")
    }
}

fn sqlite_url(data_dir: &Path) -> String {
    format!("sqlite:{}", data_dir.join("telekonsil.db").display())
}

/// `scheme://host[:port]`, as in the header `Origin` (RFC 6454 § 6.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Reads `http://…` or `https://…` without path, query or user.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let valid = !rest.is_empty()
            && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_'));
        valid.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn scheme(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// The same host for a WebSocket: `ws://…` or `wss://…`.
    pub fn websocket(&self) -> String {
        let scheme = if self.scheme() == "https" { "wss" } else { "ws" };
        format!("{scheme}://{}", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_more() {
        let origin = Origin::parse("HTTPS://Konsil.Example.org:8443/").unwrap();
        assert_eq!(origin.as_str(), "https://konsil.example.org:8443");
        assert_eq!(origin.websocket(), "wss://konsil.example.org:8443");
        for bad in ["konsil.example.org", "ftp://x", "https://", "https://a/b", "https://u@h", "https://a?b", "null"] {
            assert!(Origin::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn cookies_are_secure_exactly_when_people_come_over_tls() {
        let mut config = Config::local(Path::new("x"), DEFAULT_LISTEN.parse().unwrap(), 0);
        assert!(!config.secure_cookies());
        config.public_origins = vec![Origin::parse("https://a").unwrap()];
        assert!(config.secure_cookies());
        config.public_origins.push(Origin::parse("http://b").unwrap());
        assert!(!config.secure_cookies());
    }
}
