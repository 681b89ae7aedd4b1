//! TLS with a certificate of our own.
//!
//! Versions and cipher suites follow BSI TR-02102-2: TLS 1.2 with ECDHE and AES-GCM, TLS 1.3 with AES-GCM. ChaCha20 is
//! not in its tables; nobody misses it, for every TLS 1.3 client must know AES-128-GCM (RFC 8446 § 9.1). X25519 is not
//! in its table of groups either but stays: browsers send a share for it first, and without it each connection would
//! take one more round trip.

use crate::config;
use anyhow::{Context, Result};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{CipherSuite, ServerConfig};

/// How often the files are looked at. More serves an old certificate for longer after it was renewed; less only costs
/// two `stat`s.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// In the order of preference, which is ours and not the client's.
const SUITES: [CipherSuite; 6] = [
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS13_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
];

/// The certificate that is served now. New handshakes take a new one, connections that are open stay as they are.
pub(super) struct Tls {
    files: config::Tls,
    provider: Arc<CryptoProvider>,
    current: Arc<Current>,
}

#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// A sentence naming the file: unreadable, not PEM, or a key that is not the certificate's.
    pub(super) fn load(files: &config::Tls) -> Result<Self> {
        let provider = Arc::new(provider());
        let certified = read(files, &provider)?;
        let current = Arc::new(Current(RwLock::new(Arc::new(certified))));
        Ok(Self { files: files.clone(), provider, current })
    }

    pub(super) fn acceptor(&self) -> Result<TlsAcceptor> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .context("TLS versions")?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.current) as Arc<dyn ResolvesServerCert>);
        config.ignore_client_order = true;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Reads the files again at SIGHUP and when they have changed, until `stop`.
    pub(super) async fn watch(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut seen = changed_at(&self.files);
        let Ok(mut hang_up) = signal(SignalKind::hangup()) else {
            tracing::warn!("SIGHUP cannot be heard: a renewed certificate is found within a minute all the same");
            return stop.await;
        };
        loop {
            let asked = tokio::select! {
                () = &mut stop => return,
                _ = hang_up.recv() => true,
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            let now = changed_at(&self.files);
            if asked || now != seen {
                seen = now;
                self.reload();
            }
        }
    }

    /// A pair that cannot be used (half written, wrong key) changes nothing: the old one goes on.
    fn reload(&self) {
        match read(&self.files, &self.provider) {
            Ok(certified) => {
                *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(certified);
                tracing::info!("the certificate was read again");
            }
            Err(error) => tracing::warn!(error = %format!("{error:#}"), "the certificate stays the old one"),
        }
    }
}

fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    let known = std::mem::take(&mut provider.cipher_suites);
    provider.cipher_suites =
        SUITES.iter().filter_map(|wanted| known.iter().find(|suite| suite.suite() == *wanted)).copied().collect();
    provider
}

fn read(files: &config::Tls, provider: &CryptoProvider) -> Result<CertifiedKey> {
    let certificate = files.certificate.display();
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("tls.certificate {certificate} cannot be read as PEM"))?;
    anyhow::ensure!(!chain.is_empty(), "tls.certificate {certificate} holds no certificate");
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .with_context(|| format!("tls.key {} cannot be read as PEM", files.key.display()))?;
    CertifiedKey::from_der(chain, key, provider)
        .with_context(|| format!("tls.key {} does not belong to {certificate}", files.key.display()))
}

fn changed_at(files: &config::Tls) -> [Option<SystemTime>; 2] {
    [&files.certificate, &files.key].map(|path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok())
}

#[cfg(test)]
mod tests;
