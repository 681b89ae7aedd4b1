//! Where this installation may send to, and what through: `[egress]`, `[push]`, `[mail]`, `[gateway]`.

use super::{ConfigError, Network, Secret, file::read};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Everything that leaves the house. Empty: nothing does.
#[derive(Clone, Debug, Default)]
pub struct Outbound {
    /// Hosts that may be asked beside those that the file itself names (mail server, gateway).
    pub hosts: Vec<HostRule>,
    /// Private addresses that may be reached all the same.
    pub private: Vec<Network>,
    pub push: Option<Push>,
    pub mail: Option<Mail>,
    pub gateway: Option<Gateway>,
}

/// `push.example.org`, `*.push.example.org`, `push.example.org:8443`, `http://127.0.0.1:8089`. HTTPS and its port unless
/// it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRule {
    pub scheme: String,
    /// Lower case; of `*.name` what follows the star, with the dot.
    pub name: String,
    pub port: u16,
}

/// Web Push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// `mailto:` or `https:`: whom a push service writes to when something is wrong (RFC 8292 § 2.1).
    pub contact: String,
}

#[derive(Clone, Debug)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub tls: MailTls,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// `Telekonsil <telekonsil@example.org>`.
    pub from: String,
    /// Folder of the DKIM keys; `None`: unsigned.
    pub dkim: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Upgrades the connection, or does not send (RFC 3207).
    #[default]
    Starttls,
    /// From the first byte on (RFC 8314).
    Tls,
    /// For a relay on this very machine.
    None,
}

/// SMS and voice.
#[derive(Clone, Debug)]
pub struct Gateway {
    pub url: String,
    pub secret: Secret,
    pub sms: bool,
    pub voice: bool,
}

impl HostRule {
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", &text));
        let default = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        // An IPv6 address stands in brackets, as in an address line.
        let (name, port) = match rest.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, port.parse().ok()?),
            _ => (rest, default),
        };
        let bare = name.strip_prefix('*').unwrap_or(name);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '[' | ']' | ':');
        let fits = !bare.is_empty() && bare.chars().all(is_name) && (bare == name || bare.starts_with('.'));
        // `*.de` would be everybody.
        let not_too_wide = bare == name || bare.matches('.').count() >= 2;
        (fits && not_too_wide).then(|| Self { scheme: scheme.to_owned(), name: bare.to_owned(), port })
    }

    pub fn matches(&self, scheme: &str, host: &str, port: u16) -> bool {
        let host = host.to_ascii_lowercase();
        let name = match self.name.starts_with('.') {
            true => host.ends_with(&self.name) && host.len() > self.name.len(),
            false => host == self.name,
        };
        name && self.scheme == scheme && self.port == port
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EgressFile {
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    private: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PushFile {
    contact: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailFile {
    host: String,
    port: Option<u16>,
    #[serde(default)]
    tls: MailTls,
    user: Option<String>,
    password_file: Option<PathBuf>,
    from: String,
    dkim_dir: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayFile {
    url: String,
    secret_file: PathBuf,
    #[serde(default = "both")]
    channels: Vec<String>,
}

fn both() -> Vec<String> {
    vec!["sms".to_owned(), "voice".to_owned()]
}

/// Shortest secret that the gateway's signatures are made with.
const SECRET_CHARS: usize = 16;

pub(super) fn check(
    folder: &Path,
    egress: EgressFile,
    push: Option<PushFile>,
    mail: Option<MailFile>,
    gateway: Option<GatewayFile>,
) -> Result<Outbound, ConfigError> {
    let hosts = egress.hosts.iter().map(|text| HostRule::parse(text)).collect::<Option<Vec<_>>>();
    let private = egress.private.iter().map(|text| Network::parse(text)).collect::<Option<Vec<_>>>();
    Ok(Outbound {
        hosts: hosts.ok_or_else(|| value("egress.hosts", "must be names such as *.push.services.mozilla.com"))?,
        private: private.ok_or_else(|| value("egress.private", "must be addresses or ranges such as 10.1.2.0/24"))?,
        push: push.map(PushFile::check).transpose()?,
        mail: mail.map(|mail| mail.check(folder)).transpose()?,
        gateway: gateway.map(|gateway| gateway.check(folder)).transpose()?,
    })
}

impl PushFile {
    fn check(self) -> Result<Push, ConfigError> {
        let fits = self.contact.starts_with("mailto:") || self.contact.starts_with("https://");
        if fits { Ok(Push { contact: self.contact }) } else { Err(value("push.contact", "must be mailto: or https:")) }
    }
}

impl MailFile {
    fn check(self, folder: &Path) -> Result<Mail, ConfigError> {
        if self.user.is_some() != self.password_file.is_some() {
            return Err(value("mail", "give user and password_file together"));
        }
        if !self.from.contains('@') {
            return Err(value("mail.from", "must be an address such as telekonsil@example.org"));
        }
        let port = match self.tls {
            MailTls::Starttls => 587,
            MailTls::Tls => 465,
            MailTls::None => 25,
        };
        let password = self.password_file.map(|path| read(&folder.join(path))).transpose()?;
        Ok(Mail {
            host: self.host,
            port: self.port.unwrap_or(port),
            tls: self.tls,
            user: self.user,
            password: password.map(|text| Secret::new(text.trim().to_owned())),
            from: self.from,
            dkim: self.dkim_dir.map(|path| folder.join(path)),
        })
    }
}

impl GatewayFile {
    fn check(self, folder: &Path) -> Result<Gateway, ConfigError> {
        if !self.url.starts_with("https://") && !self.url.starts_with("http://") {
            return Err(value("gateway.url", "must begin with https:// or http://"));
        }
        if self.channels.is_empty() || self.channels.iter().any(|name| name != "sms" && name != "voice") {
            return Err(value("gateway.channels", "are sms and voice"));
        }
        let secret = Secret::new(read(&folder.join(self.secret_file))?.trim().to_owned());
        if secret.expose().len() < SECRET_CHARS {
            return Err(value("gateway.secret_file", "must hold 16 characters at least"));
        }
        let has = |name: &str| self.channels.iter().any(|channel| channel == name);
        Ok(Gateway { sms: has("sms"), voice: has("voice"), url: self.url, secret })
    }
}

fn value(key: &'static str, message: &str) -> ConfigError {
    ConfigError::Value { key, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_means_one_host_or_what_is_below_it() {
        let rule = |text: &str| HostRule::parse(text).unwrap();
        assert!(rule("push.example.org").matches("https", "Push.Example.org", 443));
        assert!(!rule("push.example.org").matches("https", "evil.push.example.org", 443));
        assert!(!rule("push.example.org").matches("http", "push.example.org", 80));
        assert!(!rule("push.example.org").matches("https", "push.example.org", 8443));
        let below = rule("*.push.services.mozilla.com");
        assert!(below.matches("https", "updates.push.services.mozilla.com", 443));
        assert!(!below.matches("https", "push.services.mozilla.com", 443));
        assert!(!below.matches("https", "evilpush.services.mozilla.com", 443));
        assert!(rule("http://127.0.0.1:8089/").matches("http", "127.0.0.1", 8089));
        assert!(rule("https://[fd00::1]:8443").matches("https", "[fd00::1]", 8443));
        for bad in ["", "*", "*.de", "*.com", "a*b.example.org", "ftp://a", "a/b", "a.example:99999", "user@host"] {
            assert_eq!(HostRule::parse(bad), None, "{bad}");
        }
    }
}
