//! E-mail by SMTP (RFC 5321): text alone, signed by DKIM, over TLS.

use super::dkim;
use super::egress::{Denied, Rules, WHOLE};
use crate::app::Handed;
use crate::app::ports::Letter;
use crate::config::{self, MailTls};
use anyhow::{Context, Result};
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use schemas::delivery::DeliveryFault;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// For the TCP connection alone.
const CONNECT: Duration = Duration::from_secs(5);
/// What the signature covers (RFC 6376 § 5.4.1).
const SIGNED: [&str; 8] =
    ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

pub(super) struct Mailer {
    settings: config::Mail,
    from: Mailbox,
    rules: Arc<Rules>,
}

/// Why it was not taken.
enum Refusal {
    Smtp(lettre::transport::smtp::Error),
    NotAllowed,
    /// The server offers no TLS, and in the clear nothing is sent.
    NoTls,
    /// No connection, no name.
    Unreachable,
}

impl From<lettre::transport::smtp::Error> for Refusal {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        Self::Smtp(error)
    }
}

impl Mailer {
    pub(super) fn new(settings: config::Mail, rules: Arc<Rules>) -> Result<Self> {
        let from = settings.from.parse().context("mail.from is no address")?;
        if let Some(folder) = &settings.dkim {
            dkim::signing(folder).context("make a key by `telekonsil dkim rotate`")?;
        }
        Ok(Self { settings, from, rules })
    }

    pub(super) async fn send(&self, letter: &Letter<'_>) -> Handed {
        let Some(message) = self.message(letter) else { return Handed::Failed(DeliveryFault::NoAddress) };
        match tokio::time::timeout(WHOLE, self.transfer(&message)).await {
            Err(_) => Handed::Again { after_seconds: None },
            Ok(Ok(())) => Handed::Sent,
            Ok(Err(refusal)) => handed(&refusal),
        }
    }

    /// `None`: the address is none.
    fn message(&self, letter: &Letter<'_>) -> Option<Message> {
        let to: Mailbox = letter.to.parse().ok()?;
        let domain = self.from.email.domain();
        let header =
            |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject)
            // The same at each attempt: who gets it twice sees it once.
            .message_id(Some(format!("<{}.{}@{domain}>", letter.message_id.simple(), letter.until.0)))
            // Nobody's absence note comes back (RFC 3834 § 5).
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("Content-Language", letter.language))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.to_owned())
            .ok()?;
        if let Some(folder) = &self.settings.dkim {
            match signature(folder, domain) {
                Ok(config) => message.sign(&config),
                // Better unsigned than not at all: a ring is under way.
                Err(error) => tracing::warn!(error = %format!("{error:#}"), "an e-mail goes out without a signature"),
            }
        }
        Some(message)
    }

    async fn transfer(&self, message: &Message) -> Result<(), Refusal> {
        let config::Mail { host, port, tls, user, password, .. } = &self.settings;
        let addresses = self.rules.resolve(host, *port).await.map_err(|error| match error.is::<Denied>() {
            true => Refusal::NotAllowed,
            false => Refusal::Unreachable,
        })?;
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let parameters = || TlsParameters::new(host.clone());
        let implicit = if *tls == MailTls::Tls { Some(parameters()?) } else { None };
        let connect = AsyncSmtpConnection::connect_tokio1(&addresses[..], Some(CONNECT), &hello, implicit, None);
        let mut connection = connect.await?;
        if *tls == MailTls::Starttls {
            if !connection.can_starttls() {
                connection.abort().await;
                return Err(Refusal::NoTls);
            }
            connection.starttls(parameters()?, &hello).await?;
        }
        if let (Some(user), Some(password)) = (user, password) {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        connection.send(message.envelope(), &message.formatted()).await?;
        // It is taken; how the connection ends changes nothing.
        let _ = connection.quit().await;
        Ok(())
    }
}

fn signature(folder: &Path, domain: &str) -> Result<DkimConfig> {
    let (selector, text) = dkim::signing(folder)?;
    let key = DkimSigningKey::new(&text, DkimSigningAlgorithm::Rsa).context("the DKIM key")?;
    let relaxed = DkimCanonicalizationType::Relaxed;
    let names = SIGNED.into_iter().map(HeaderName::new_from_ascii_str).collect();
    let canonical = DkimCanonicalization { header: relaxed, body: relaxed };
    Ok(DkimConfig::new(selector, domain.to_owned(), key, names, canonical))
}

fn handed(refusal: &Refusal) -> Handed {
    match refusal {
        Refusal::NotAllowed => Handed::Failed(DeliveryFault::NotAllowed),
        Refusal::NoTls => {
            tracing::warn!("the mail server offers no TLS; nothing is sent to it");
            Handed::Failed(DeliveryFault::Refused)
        }
        // 5yz (RFC 5321 § 4.2.1). The server's words may repeat the address: the code alone is logged.
        Refusal::Smtp(error) if error.is_permanent() => {
            let code = error.status().map(u16::from);
            tracing::warn!(code, "the mail server refused an e-mail");
            Handed::Failed(DeliveryFault::Refused)
        }
        Refusal::Smtp(_) | Refusal::Unreachable => Handed::Again { after_seconds: None },
    }
}
