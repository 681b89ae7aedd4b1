//! The real carrier against services of our own that work, fail, refuse and hang up.

use crate::stage::NIGHT;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use imaging::seal::MasterKey;
use schemas::delivery::{Channel, DeliveryFault};
use std::sync::{Arc, Mutex};
use telekonsil::{
    app::ports::{Carrier, Device, Letter, Push},
    config::{Gateway, HostRule, Mail, MailTls, Network, Outbound, Push as PushConfig, Secret},
    domain::delivery::Handed,
    notify::{Notifier, dkim},
};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;
use web_push_native::p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint};

/// What came in, each request or dialogue as one text.
type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

/// An HTTP service that answers that way, once for each of these answers; an empty one hangs up.
async fn http(answers: &'static [&'static str]) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Heard::default());
    let hears = Arc::clone(&heard);
    tokio::spawn(async move {
        for answer in answers {
            let (socket, _) = listener.accept().await.unwrap();
            let (text, mut socket) = request(socket).await;
            hears.lock().unwrap().push(text);
            if !answer.is_empty() {
                let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        }
    });
    (port, heard)
}

async fn request(socket: TcpStream) -> (Vec<u8>, TcpStream) {
    let mut reader = BufReader::new(socket);
    let (mut text, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        text.extend_from_slice(line.as_bytes());
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.unwrap();
    text.extend_from_slice(&body);
    (text, reader.into_inner())
}

/// A mail server that says these lines in turn: one at the connection, one for each command, one behind the text.
async fn smtp(says: &'static [&'static str]) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Heard::default());
    let hears = Arc::clone(&heard);
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut reader = BufReader::new(socket);
        for line in says {
            reader.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
            let mut text = Vec::new();
            loop {
                let read = reader.read_until(b'\n', &mut text).await.unwrap_or(0);
                let is_data = line.starts_with("354");
                if read == 0 || !is_data || text.ends_with(b"\r\n.\r\n") {
                    break;
                }
            }
            hears.lock().unwrap().push(text);
        }
    });
    (port, heard)
}

fn settings() -> Outbound {
    Outbound {
        private: vec![Network::parse("127.0.0.1").unwrap(), Network::parse("::1").unwrap()],
        ..Outbound::default()
    }
}

fn pushes(port: u16) -> (Notifier, Device, SecretKey) {
    let settings = Outbound {
        hosts: vec![HostRule::parse(&format!("http://127.0.0.1:{port}")).unwrap()],
        push: Some(PushConfig { contact: "mailto:it@example.org".to_owned() }),
        ..settings()
    };
    let secret = SecretKey::from_slice(&[7; 32]).unwrap();
    let device = Device {
        endpoint: format!("http://127.0.0.1:{port}/send/abc"),
        p256dh: URL_SAFE_NO_PAD.encode(secret.public_key().to_encoded_point(false).as_bytes()),
        auth: URL_SAFE_NO_PAD.encode([9; 16]),
    };
    (Notifier::new(&settings, &MasterKey::generate()).unwrap(), device, secret)
}

async fn push(notifier: &Notifier, device: &Device) -> Handed {
    let push = Push { device, payload: b"{\"type\":\"test\"}", ttl_seconds: 45, topic: "abc", urgent: true };
    notifier.push(push, NIGHT).await
}

fn letter<'a>(to: &'a str) -> Letter<'a> {
    Letter {
        message_id: Uuid::from_u128(9),
        to,
        language: "de",
        subject: "Telekonsil Notfall: Schlaganfall für Sie",
        text: "Guten Tag,\n\nbitte annehmen: https://telekonsil.example.org/answer/#abc\n.\nEnde",
        until: NIGHT.plus_seconds(60),
    }
}

#[tokio::test]
async fn a_push_is_encrypted_for_its_device_and_says_how_long_it_is_of_use() {
    let (port, heard) =
        http(&["201 Created", "503 Busy\r\nretry-after: 7", "410 Gone", "", "302 Found\r\nlocation: /x", "413 Large"])
            .await;
    let (notifier, device, secret) = pushes(port);
    assert_eq!(notifier.endpoint_fault(&device), None);
    assert_eq!(push(&notifier, &device).await, Handed::Sent);
    assert_eq!(push(&notifier, &device).await, Handed::Again { after_seconds: Some(7) });
    assert_eq!(push(&notifier, &device).await, Handed::Failed(DeliveryFault::Gone));
    assert_eq!(push(&notifier, &device).await, Handed::Again { after_seconds: None }, "hung up");
    assert_eq!(push(&notifier, &device).await, Handed::Failed(DeliveryFault::Refused), "no redirect is followed");
    assert_eq!(push(&notifier, &device).await, Handed::Failed(DeliveryFault::Refused));
    assert_eq!(push(&notifier, &device).await, Handed::Again { after_seconds: None }, "nobody listens any more");

    let request = heard.lock().unwrap()[0].clone();
    let end = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    for line in ["ttl: 45", "urgency: high", "topic: abc", "content-encoding: aes128gcm", "authorization: vapid t="] {
        assert!(head.contains(line), "{line} in {head}");
    }
    let auth = web_push_native::Auth::clone_from_slice(&[9; 16]);
    let opened = web_push_native::decrypt(request[end + 4..].to_vec(), &secret, &auth).unwrap();
    assert_eq!(opened.trim_ascii_end(), b"{\"type\":\"test\"}");
    assert_eq!(opened.len(), 1024, "padded");
}

#[tokio::test]
async fn a_push_service_that_is_not_listed_is_refused_before_and_at_sending() {
    let (notifier, device, _) = pushes(1);
    for endpoint in ["https://evil.example/x", "http://127.0.0.1:2/x", "http://169.254.169.254/latest/meta-data"] {
        let device = Device { endpoint: endpoint.to_owned(), ..device.clone() };
        assert!(notifier.endpoint_fault(&device).is_some());
        assert_eq!(push(&notifier, &device).await, Handed::Failed(DeliveryFault::NotAllowed));
    }
}

fn mails(port: u16, tls: MailTls, dkim: Option<std::path::PathBuf>) -> Notifier {
    let from = "Telekonsil <telekonsil@example.org>".to_owned();
    let mail = Mail { host: "localhost".to_owned(), port, tls, user: None, password: None, from, dkim };
    Notifier::new(&Outbound { mail: Some(mail), ..settings() }, &MasterKey::generate()).unwrap()
}

async fn mail(says: &'static [&'static str], tls: MailTls) -> Handed {
    let (port, _) = smtp(says).await;
    mails(port, tls, None).letter(Channel::Email, letter("falk@example.org"), NIGHT).await
}

#[tokio::test]
async fn a_mail_server_that_cannot_now_is_asked_again_and_one_that_refuses_is_not() {
    let again = Handed::Again { after_seconds: None };
    let refused = Handed::Failed(DeliveryFault::Refused);
    assert_eq!(mail(&["421 busy"], MailTls::None).await, again);
    assert_eq!(mail(&["220 hi", "250 ok", "250 ok", "550 nobody"], MailTls::None).await, refused);
    assert_eq!(mail(&["220 hi", "250 ok", "451 later"], MailTls::None).await, again);
    assert_eq!(mail(&["220 hi", "250 ok"], MailTls::Starttls).await, refused, "offers no TLS: nothing in the clear");
    assert_eq!(mail(&[], MailTls::None).await, again, "hung up");
    let bad = mails(1, MailTls::None, None).letter(Channel::Email, letter("no address"), NIGHT).await;
    assert_eq!(bad, Handed::Failed(DeliveryFault::NoAddress));
    let inside = Outbound { private: vec![], ..settings() };
    let from = "telekonsil@example.org".to_owned();
    let mail = Mail {
        host: "localhost".to_owned(),
        port: 25,
        tls: MailTls::None,
        user: None,
        password: None,
        from,
        dkim: None,
    };
    let notifier = Notifier::new(&Outbound { mail: Some(mail), ..inside }, &MasterKey::generate()).unwrap();
    let handed = notifier.letter(Channel::Email, letter("falk@example.org"), NIGHT).await;
    assert_eq!(handed, Handed::Failed(DeliveryFault::NotAllowed), "a relay inside has to be listed");
}

#[tokio::test]
async fn an_e_mail_is_signed_by_the_key_that_counts_now() {
    const TAKES: &[&str] = &["220 hi", "250 ok", "250 ok", "250 ok", "354 go", "250 taken", "221 bye"];
    let folder = std::env::temp_dir().join(format!("telekonsil-dkim-{}", Uuid::now_v7()));
    dkim::rotate(&folder).unwrap();
    let (port, heard) = smtp(TAKES).await;
    let sent = mails(port, MailTls::None, Some(folder.clone()))
        .letter(Channel::Email, letter("falk@example.org"), NIGHT)
        .await;
    assert_eq!(sent, Handed::Sent);
    let text = heard.lock().unwrap().iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect::<String>();
    assert!(text.contains("d=example.org; s=tk1;") && text.contains("Auto-Submitted: auto-generated"), "{text}");
    assert!(text.contains("Message-ID: <00000000000000000000000000000009."), "the same at each attempt");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_gateway_is_asked_with_a_signature_and_its_answer_counts() {
    let (port, heard) = http(&["202 Accepted", "500 Down", "404 No such number", "", "400 Bad"]).await;
    let gateway = Gateway {
        url: format!("http://127.0.0.1:{port}/orders"),
        secret: Secret::new("0123456789abcdef".to_owned()),
        sms: true,
        voice: false,
    };
    let notifier = Notifier::new(&Outbound { gateway: Some(gateway), ..settings() }, &MasterKey::generate()).unwrap();
    assert_eq!(notifier.channels(), [Channel::Sms]);
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(notifier.letter(Channel::Sms, letter("+4915112345678"), NIGHT).await);
    }
    let again = Handed::Again { after_seconds: None };
    let wanted =
        [Handed::Sent, again, Handed::Failed(DeliveryFault::Gone), again, Handed::Failed(DeliveryFault::Refused)];
    assert_eq!(answers, wanted);
    let voice = notifier.letter(Channel::Voice, letter("+4915112345678"), NIGHT).await;
    assert_eq!(voice, Handed::Failed(DeliveryFault::NotConfigured));
    let request = String::from_utf8(heard.lock().unwrap()[0].clone()).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix(name).map(|value| value.trim().to_owned()))
    };
    let (timestamp, signature) =
        (header("x-telekonsil-timestamp:").unwrap(), header("x-telekonsil-signature:").unwrap());
    assert_eq!(notifier.is_genuine(&timestamp, &signature, body.as_bytes()), Some(true));
    assert_eq!(notifier.is_genuine(&timestamp, &signature, b"other"), Some(false));
    assert!(body.contains("\"to\":\"+4915112345678\"") && body.contains("\"channel\":\"sms\""));
}
