use super::*;
use crate::server::accept;
use axum::{Router, routing::get};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

const OLD: [&str; 2] = [include_str!("../../../tests/tls/old.pem"), include_str!("../../../tests/tls/old.key")];
const NEW: [&str; 2] = [include_str!("../../../tests/tls/new.pem"), include_str!("../../../tests/tls/new.key")];

/// Files of one certificate, which a test may exchange.
struct Files {
    folder: PathBuf,
    files: config::Tls,
}

impl Files {
    fn with(pair: [&str; 2]) -> Self {
        let folder = std::env::temp_dir().join(format!("telekonsil-tls-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let files = config::Tls { certificate: folder.join("c.pem"), key: folder.join("k.pem") };
        let this = Self { folder, files };
        this.write(pair);
        this
    }

    fn write(&self, [certificate, key]: [&str; 2]) {
        std::fs::write(&self.files.certificate, certificate).unwrap();
        std::fs::write(&self.files.key, key).unwrap();
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A client that trusts both certificates and knows only these suites.
fn client(suites: &[CipherSuite], versions: &[&'static SupportedProtocolVersion]) -> TlsConnector {
    let mut provider = ring::default_provider();
    provider.cipher_suites.retain(|suite| suites.is_empty() || suites.contains(&suite.suite()));
    let mut roots = RootCertStore::empty();
    for pair in [OLD, NEW] {
        roots.add(CertificateDer::from_pem_slice(pair[0].as_bytes()).unwrap()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

async fn connect(client: &TlsConnector, address: SocketAddr) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    client.connect(ServerName::try_from("localhost").unwrap(), stream).await
}

fn certificate(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") {
        let mut piece = [0; 1024];
        let length = stream.read(&mut piece).await.unwrap();
        assert!(length > 0, "the connection ended");
        answer.extend_from_slice(&piece[..length]);
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_renewed_certificate_is_served_and_open_connections_stay() {
    let files = Files::with(OLD);
    let tls = Tls::load(&files.files).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move {
        let _ = stopped.await;
    };
    let router = Router::new().route("/", get(|| async { "hello" }));
    let serving = accept::serve(listener, Some(tls.acceptor().unwrap()), router, Vec::new(), stopped);
    let serving = tokio::spawn(serving);

    // A new one each time: a client that came before takes its old session up again, certificate and all.
    let any = || client(&[], &[&TLS13, &TLS12]);
    let mut open = connect(&any(), address).await.unwrap();
    assert!(ask(&mut open).await.starts_with("HTTP/1.1 200"));
    let first = certificate(&open);
    files.write(NEW);
    tls.reload();
    let mut fresh = connect(&any(), address).await.unwrap();
    assert_ne!(certificate(&fresh), first);
    ask(&mut fresh).await;
    ask(&mut open).await;
    // A pair that does not fit changes nothing.
    files.write([OLD[0], NEW[1]]);
    tls.reload();
    assert_eq!(certificate(&connect(&any(), address).await.unwrap()), certificate(&fresh));

    let old = client(&[CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384], &[&TLS12]);
    ask(&mut connect(&old, address).await.unwrap()).await;
    let other = client(&[CipherSuite::TLS13_CHACHA20_POLY1305_SHA256], &[&TLS13]);
    assert!(connect(&other, address).await.is_err(), "not in the guideline");

    // Whoever says nothing does not hold the end up.
    let _silent = TcpStream::connect(address).await.unwrap();
    drop((stop, open, fresh));
    serving.await.unwrap();
}

#[test]
fn only_the_suites_of_the_guideline_are_offered() {
    let offered: Vec<_> = provider().cipher_suites.iter().map(|suite| suite.suite()).collect();
    assert_eq!(offered, SUITES);
}

#[test]
fn what_is_wrong_with_the_files_is_said() {
    let files = Files::with([OLD[0], NEW[1]]);
    let why = |files: &config::Tls| format!("{:#}", Tls::load(files).err().unwrap());
    assert!(why(&files.files).contains("does not belong to"), "{}", why(&files.files));
    let gone = config::Tls { certificate: "/nonexistent/c.pem".into(), ..files.files.clone() };
    assert!(why(&gone).starts_with("tls.certificate /nonexistent/c.pem cannot be read"), "{}", why(&gone));
    std::fs::write(&files.files.certificate, "").unwrap();
    assert!(why(&files.files).contains("holds no certificate"), "{}", why(&files.files));
}
