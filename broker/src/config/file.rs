//! The configuration file (TOML). Unknown keys are refused: a typing error must not become a default.

use super::{
    Config, DEFAULT_LISTEN, DEFAULT_MEDIA_PORT, Database, Limits, LogFormat, MasterKeySource, Media, Network, Origin,
    Retention, Secret, Tls, Turn, TurnSecret,
    egress::{self, EgressFile, GatewayFile, MailFile, PushFile},
    turn::is_turn_url,
};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file cannot be used; the text says which line or key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path} cannot be read: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is not a valid configuration: {message}")]
    Parse { path: PathBuf, message: String },
    #[error("{key}: {message}")]
    Value { key: &'static str, message: String },
}

/// Reads and checks `path`. Relative paths in it are relative to the file's folder.
///
/// # Errors
/// [`ConfigError`] when the file is missing, is not TOML, has an unknown key or a value that cannot be used.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    let text = read(path)?;
    let file: File = toml::from_str(&text)
        .map_err(|error| ConfigError::Parse { path: path.to_owned(), message: error.message().to_owned() })?;
    file.check(path.parent().unwrap_or(Path::new(".")))
}

pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<String>,
    #[serde(default)]
    public_urls: Vec<String>,
    node_url: Option<String>,
    #[serde(default)]
    node_urls: Vec<String>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    data_dir: PathBuf,
    tls: Option<TlsFile>,
    #[serde(default)]
    media: MediaFile,
    turn: Option<TurnFile>,
    #[serde(default)]
    egress: EgressFile,
    push: Option<PushFile>,
    mail: Option<MailFile>,
    gateway: Option<GatewayFile>,
    #[serde(default)]
    database: DatabaseFile,
    #[serde(default)]
    keys: KeysFile,
    #[serde(default)]
    limits: LimitsFile,
    #[serde(default)]
    metrics: MetricsFile,
    #[serde(default)]
    retention: RetentionFile,
    #[serde(default)]
    log: LogFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsFile {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionFile {
    after_days: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogFile {
    #[serde(default)]
    format: LogFormat,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MediaFile {
    bind: Option<String>,
    #[serde(default)]
    announced: Vec<IpAddr>,
    shards: Option<usize>,
    tcp: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TurnFile {
    urls: Vec<String>,
    secret_file: Option<PathBuf>,
    secret_env: Option<String>,
    ttl_seconds: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseFile {
    url: Option<String>,
    url_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysFile {
    master_file: Option<PathBuf>,
    master_env: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsFile {
    json_body_kib: Option<usize>,
    upload_mib: Option<u64>,
    object_mib: Option<u64>,
    sign_in_failures: Option<u32>,
    streams_per_session: Option<usize>,
    seat_kept_seconds: Option<u64>,
    drain_seconds: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricsFile {
    token_file: Option<PathBuf>,
}

impl File {
    fn check(self, folder: &Path) -> Result<Config, ConfigError> {
        let data_dir = folder.join(&self.data_dir);
        let public_origins = origins("public_urls", &self.public_urls)?;
        let node_origin = self.node_url.as_deref().map(|text| origin("node_url", text)).transpose()?;
        let mut all_nodes = origins("node_urls", &self.node_urls)?;
        all_nodes
            .extend(node_origin.iter().filter(|own| !self.node_urls.iter().any(|url| url == own.as_str())).cloned());
        let tls = self.tls.map(|tls| Tls { certificate: folder.join(tls.certificate), key: folder.join(tls.key) });
        let over_http = public_origins.iter().chain(&all_nodes).find(|origin| !origin.is_secure());
        if let (Some(_), Some(origin)) = (&tls, over_http) {
            let message = format!("{} is not https, and with [tls] nothing else is served", origin.as_str());
            return Err(ConfigError::Value { key: "public_urls", message });
        }
        let metrics_token = match self.metrics.token_file {
            Some(path) => Some(Secret::new(read(&folder.join(path))?.trim().to_owned())),
            None => None,
        };
        Ok(Config {
            listen: address("listen", self.listen.as_deref().unwrap_or(DEFAULT_LISTEN))?,
            tls,
            trusted_proxies: networks("trusted_proxies", &self.trusted_proxies)?,
            public_origins,
            node_origin,
            all_nodes,
            media: self.media.check()?,
            turn: self.turn.map(|turn| turn.check(folder)).transpose()?,
            outbound: egress::check(folder, self.egress, self.push, self.mail, self.gateway)?,
            database: Database { url: self.database.url(folder, &data_dir)? },
            master_key: self.keys.source(folder, &data_dir)?,
            limits: self.limits.check()?,
            retention: self.retention.check()?,
            log: self.log.format,
            is_demo: false,
            metrics_token,
            worker: None,
            data_dir,
        })
    }
}

impl MediaFile {
    fn check(self) -> Result<Media, ConfigError> {
        let default = format!("0.0.0.0:{DEFAULT_MEDIA_PORT}");
        let bind = address("media.bind", self.bind.as_deref().unwrap_or(&default))?;
        if bind.ip().is_unspecified() && self.announced.is_empty() {
            let message = "must list the addresses under which clients reach this machine, since media.bind is none";
            return Err(value("media.announced", message));
        }
        for ip in &self.announced {
            let wrong = match ip {
                _ if ip.is_unspecified() || ip.is_multicast() => "is no address that a client could send to",
                IpAddr::V6(ip) if ip.is_unicast_link_local() => "is of one link alone; no client could tell which",
                IpAddr::V6(_) if bind.is_ipv4() => "is IPv6 and media.bind is IPv4: [::]:8189 takes both",
                IpAddr::V4(_) if bind.is_ipv6() && !bind.ip().is_unspecified() => {
                    "is IPv4 and media.bind is one IPv6 address: [::]:8189 takes both"
                }
                _ => continue,
            };
            return Err(ConfigError::Value { key: "media.announced", message: format!("{ip} {wrong}") });
        }
        let shards = self.shards.unwrap_or_else(default_shards);
        if shards == 0 || shards > MOST_SHARDS {
            return Err(value("media.shards", "must be between 1 and 64"));
        }
        if bind.port() != 0 && usize::from(bind.port()) + shards - 1 > usize::from(u16::MAX) {
            return Err(value("media.shards", "there are too few ports from that of media.bind on"));
        }
        Ok(Media { bind, announced: self.announced, shards, tcp: self.tcp.unwrap_or(true) })
    }
}

/// More shards than cores gain nothing, and no machine that serves consults has more of them.
const MOST_SHARDS: usize = 64;
/// Shards unless told otherwise. More: more ports to open, for rooms that four cores carry. Less: one busy room slows
/// those beside it.
const DEFAULT_SHARDS: usize = 4;

fn default_shards() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().min(DEFAULT_SHARDS))
}

/// Shortest and longest life of TURN credentials. Shorter ones would end before a slow join; longer ones are passwords.
const TURN_TTL: std::ops::RangeInclusive<u64> = 300..=86_400;
/// Unless told otherwise: a night's duty.
const DEFAULT_TURN_TTL: u64 = 43_200;
impl TurnFile {
    fn check(self, folder: &Path) -> Result<Turn, ConfigError> {
        if self.urls.is_empty() || !self.urls.iter().all(|url| is_turn_url(url)) {
            return Err(value("turn.urls", "must look like turns:turn.example.org:443?transport=tcp"));
        }
        let secret = match (self.secret_file, self.secret_env) {
            (Some(path), None) => TurnSecret::Text(Secret::new(read(&folder.join(path))?.trim().to_owned())),
            (None, Some(name)) => TurnSecret::Env(name),
            _ => return Err(value("turn", "give secret_file or secret_env, and not both")),
        };
        let ttl = self.ttl_seconds.unwrap_or(DEFAULT_TURN_TTL);
        if !TURN_TTL.contains(&ttl) {
            return Err(value("turn.ttl_seconds", "must be between 300 and 86400"));
        }
        Ok(Turn { urls: self.urls, secret, ttl: Duration::from_secs(ttl) })
    }
}

impl DatabaseFile {
    fn url(self, folder: &Path, data_dir: &Path) -> Result<Secret, ConfigError> {
        let url = match (self.url, self.url_file) {
            (Some(_), Some(_)) => return Err(value("database", "give url or url_file, not both")),
            (Some(url), None) => url,
            (None, Some(path)) => read(&folder.join(path))?.trim().to_owned(),
            (None, None) => super::sqlite_url(data_dir),
        };
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(Secret::new(format!("sqlite:{}", folder.join(path).display())));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Secret::new(url));
        }
        Err(value("database.url", "must start with sqlite: or postgres://"))
    }
}

impl KeysFile {
    fn source(self, folder: &Path, data_dir: &Path) -> Result<MasterKeySource, ConfigError> {
        match (self.master_file, self.master_env) {
            (Some(_), Some(_)) => Err(value("keys", "give master_file or master_env, not both")),
            // A path that somebody wrote down must exist: silently making a new key would lock every stored image.
            (Some(path), None) => Ok(MasterKeySource::File { path: folder.join(path), create: false }),
            (None, Some(name)) => Ok(MasterKeySource::Env(name)),
            (None, None) => Ok(MasterKeySource::File { path: data_dir.join("master.key"), create: true }),
        }
    }
}

impl LimitsFile {
    fn check(self) -> Result<Limits, ConfigError> {
        let default = Limits::default();
        let limits = Limits {
            json_body: self.json_body_kib.map_or(default.json_body, |kib| kib.saturating_mul(1024)),
            upload: self.upload_mib.map_or(default.upload, |mib| mib.saturating_mul(1024 * 1024)),
            object: self.object_mib.map_or(default.object, |mib| mib.saturating_mul(1024 * 1024)),
            sign_in_failures: self.sign_in_failures.unwrap_or(default.sign_in_failures),
            streams: self.streams_per_session.unwrap_or(default.streams),
            seat_kept: self.seat_kept_seconds.map_or(default.seat_kept, Duration::from_secs),
            drain: self.drain_seconds.map_or(default.drain, Duration::from_secs),
            ..default
        };
        if limits.json_body < 16 * 1024 {
            return Err(value("limits.json_body_kib", "must be 16 at least: an answer would not fit"));
        }
        if limits.sign_in_failures == 0 {
            return Err(value("limits.sign_in_failures", "must be 1 at least"));
        }
        if limits.streams == 0 {
            return Err(value("limits.streams_per_session", "must be 1 at least: pages hear news by it"));
        }
        if limits.upload < limits.object {
            return Err(value("limits.upload_mib", "must not be smaller than limits.object_mib"));
        }
        Ok(limits)
    }
}

impl RetentionFile {
    fn check(self) -> Result<Retention, ConfigError> {
        match self.after_days {
            None => Ok(Retention::default()),
            // On the day itself somebody would look for the images of the night before.
            Some(0) => Err(value("retention.after_days", "must be 1 at least")),
            Some(days) if days > 36_525 => Err(value("retention.after_days", "must not be more than a hundred years")),
            Some(after_days) => Ok(Retention { after_days }),
        }
    }
}

fn networks(key: &'static str, texts: &[String]) -> Result<Vec<Network>, ConfigError> {
    let parsed = texts.iter().map(|text| Network::parse(text));
    parsed
        .map(|network| network.ok_or_else(|| value(key, "must be addresses or ranges such as 10.20.0.0/16")))
        .collect()
}

fn origins(key: &'static str, texts: &[String]) -> Result<Vec<Origin>, ConfigError> {
    texts.iter().map(|text| origin(key, text)).collect()
}

fn origin(key: &'static str, text: &str) -> Result<Origin, ConfigError> {
    Origin::parse(text).ok_or_else(|| value(key, "must look like https://host or https://host:port"))
}

fn address(key: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| value(key, "must be an address and a port, such as 127.0.0.1:8080"))
}

fn value(key: &'static str, message: &str) -> ConfigError {
    ConfigError::Value { key, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With a media address, unless the text has one.
    fn check(text: &str) -> Result<Config, String> {
        let media = if text.contains("[media]") { "" } else { "\n[media]\nbind = '127.0.0.1:8189'" };
        let text = format!("{text}{media}");
        let file: File = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
        file.check(Path::new("/etc/telekonsil")).map_err(|error| error.to_string())
    }

    #[test]
    fn the_documented_example_is_valid() {
        let text = include_str!("../../telekonsil.example.toml");
        let config = check(text).unwrap();
        assert_eq!(config.limits, Limits::default(), "the example shows the defaults");
        assert!(config.secure_cookies());
    }

    #[test]
    fn every_commented_line_of_the_example_is_valid_too() {
        let folder = std::env::temp_dir().join(format!("telekonsil-example-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let secrets = ["mail-password", "gateway-secret"];
        secrets.iter().for_each(|name| std::fs::write(folder.join(name), "sixteen letters!").unwrap());
        let text = include_str!("../../telekonsil.example.toml");
        let uncommented: String = text
            .lines()
            .map(|line| line.strip_prefix("#~ ").unwrap_or(line))
            .filter(|line| secrets.iter().any(|name| line.contains(name)) || !line.contains("_file ="))
            .filter(|line| !line.starts_with("master_env"))
            .collect::<Vec<_>>()
            .join("\n");
        let file: File = toml::from_str(&uncommented).unwrap();
        let config = file.check(&folder).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        assert_eq!(config.turn.unwrap().ttl.as_secs(), DEFAULT_TURN_TTL, "the example shows the default");
        assert!(config.media.tcp);
        let outbound = config.outbound;
        assert!(outbound.push.is_some() && outbound.mail.is_some() && outbound.gateway.is_some());
        assert_eq!((outbound.hosts.len(), outbound.private.len()), (4, 1));
    }

    #[test]
    fn a_typing_error_is_refused() {
        assert!(check("data_dir = 'd'\nlissten = '127.0.0.1:1'").unwrap_err().contains("lissten"));
        assert!(check("data_dir = 'd'\n[limits]\nobject_mb = 1").unwrap_err().contains("object_mb"));
    }

    #[test]
    fn relative_paths_start_at_the_file() {
        let config = check("data_dir = 'd'").unwrap();
        assert_eq!(config.data_dir, Path::new("/etc/telekonsil/d"));
        assert_eq!(config.database.url.expose(), "sqlite:/etc/telekonsil/d/telekonsil.db");
        assert!(matches!(config.master_key, MasterKeySource::File { create: true, .. }));
        let named = check("data_dir = 'd'\n[keys]\nmaster_file = 'k'").unwrap();
        assert!(matches!(named.master_key, MasterKeySource::File { create: false, .. }));
    }

    #[test]
    fn a_machine_may_have_both_families_and_an_address_that_it_does_not_know() {
        let config =
            check("data_dir='d'\n[media]\nbind='[::]:8189'\nannounced=['203.0.113.5', '2001:db8::5']").unwrap();
        assert_eq!(config.media.announced.len(), 2);
        assert!((1..=DEFAULT_SHARDS).contains(&config.media.shards));
        check("data_dir='d'\n[media]\nbind='192.168.1.5:8189'\nannounced=['203.0.113.5']").unwrap();
    }

    #[test]
    fn contradictions_are_refused_with_the_key() {
        for (text, key) in [
            ("data_dir='d'\n[database]\nurl='mysql://x'", "database.url"),
            ("data_dir='d'\n[database]\nurl='sqlite:x'\nurl_file='y'", "database"),
            ("data_dir='d'\nlisten='8080'", "listen"),
            ("data_dir='d'\npublic_urls=['example.org']", "public_urls"),
            ("data_dir='d'\n[limits]\nsign_in_failures=0", "limits.sign_in_failures"),
            ("data_dir='d'\n[limits]\nstreams_per_session=0", "limits.streams_per_session"),
            ("data_dir='d'\n[keys]\nmaster_file='a'\nmaster_env='B'", "keys"),
            ("data_dir='d'\ntrusted_proxies=['proxy.example.org']", "trusted_proxies"),
            ("data_dir='d'\n[retention]\nafter_days=0", "retention.after_days"),
            ("data_dir='d'\n[media]\nbind='0.0.0.0:8189'", "media.announced"),
            ("data_dir='d'\n[media]\nannounced=['0.0.0.0']", "media.announced: 0.0.0.0"),
            ("data_dir='d'\n[media]\nannounced=['2001:db8::5']", "media.announced: 2001:db8::5"),
            ("data_dir='d'\n[media]\nbind='[::]:1'\nannounced=['fe80::1']", "media.announced: fe80::1"),
            ("data_dir='d'\n[media]\nbind='127.0.0.1:1'\nshards=0", "media.shards"),
            ("data_dir='d'\n[media]\nbind='127.0.0.1:65535'\nshards=2", "media.shards"),
            ("data_dir='d'\n[turn]\nurls=['https://a']\nsecret_env='A'", "turn.urls"),
            ("data_dir='d'\n[turn]\nurls=[]\nsecret_env='A'", "turn.urls"),
            ("data_dir='d'\n[turn]\nurls=['turn:a']", "turn: give"),
            ("data_dir='d'\n[turn]\nurls=['turn:a']\nsecret_env='A'\nttl_seconds=1", "turn.ttl_seconds"),
            ("data_dir='d'\n[egress]\nhosts=['*']", "egress.hosts"),
            ("data_dir='d'\n[egress]\nprivate=['here']", "egress.private"),
            ("data_dir='d'\n[push]\ncontact='it@example.org'", "push.contact"),
            ("data_dir='d'\n[mail]\nhost='a'\nfrom='a@b'\nuser='u'", "mail: give"),
            ("data_dir='d'\n[mail]\nhost='a'\nfrom='nobody'", "mail.from"),
            ("data_dir='d'\n[gateway]\nurl='ftp://a'\nsecret_file='s'", "gateway.url"),
            ("data_dir='d'\npublic_urls=['http://a']\n[tls]\ncertificate='c'\nkey='k'", "public_urls"),
        ] {
            let message = check(text).unwrap_err();
            assert!(message.starts_with(key), "{message}");
        }
    }
}
