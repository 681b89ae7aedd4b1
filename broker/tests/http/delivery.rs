//! How people are reached: the routes, and a whole server that sends to services of our own.

use crate::house::{House, code};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use schemas::consult::ConsultDetail;
use schemas::delivery::{Channel, ContactSettings, DeliveryState, PushKey, PushMessage, RingDelivery};
use schemas::problem::ProblemCode;
use serde_json::json;
use std::time::Duration;
use telekonsil::config::{Gateway, HostRule, Network, Push, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;
use web_push_native::p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint};

/// From `PUT /api/me/push` to the receipt of a ring, over HTTP, encrypted; the server sends by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ring_reaches_a_device_and_its_receipt_comes_back() {
    let service = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = service.local_addr().unwrap().port();
    let house = House::open_with(|config| {
        config.outbound.hosts = vec![HostRule::parse(&format!("http://127.0.0.1:{port}")).unwrap()];
        config.outbound.private = vec![Network::parse("127.0.0.1").unwrap()];
        config.outbound.push = Some(Push { contact: "mailto:it@example.org".to_owned() });
    })
    .await;
    let referrer = house.referrer().await;
    // Whoever is on duty for what the referrer asks for.
    let rung = referrer.ask().await.summary.ringing[0].id;
    let specialist = house.browser(rung).await;
    let key: PushKey = specialist.get("/api/push/key").await.json().await.unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(key.key).unwrap().len(), 65);
    let secret = SecretKey::from_slice(&[7; 32]).unwrap();
    let put = |endpoint: String| {
        let p256dh = URL_SAFE_NO_PAD.encode(secret.public_key().to_encoded_point(false).as_bytes());
        let device =
            json!({"endpoint": endpoint, "p256dh": p256dh, "auth": URL_SAFE_NO_PAD.encode([9; 16]), "label": "Test"});
        specialist.request(Method::PUT, &format!("/api/me/push/{}", Uuid::now_v7())).json(&device).send()
    };
    let elsewhere = put("https://evil.example/x".to_owned()).await.unwrap();
    assert_eq!(code(elsewhere).await, (422, ProblemCode::InvalidField));
    assert_eq!(put(format!("http://127.0.0.1:{port}/x")).await.unwrap().status(), 204);
    let settings: ContactSettings = specialist.get("/api/me/channels").await.json().await.unwrap();
    assert_eq!((settings.available, settings.devices.len()), (vec![Channel::App, Channel::Push], 1));

    let detail: ConsultDetail = referrer.ask().await;
    let request = tokio::time::timeout(Duration::from_secs(20), taken(&service)).await.expect("a push comes");
    let end = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let auth = web_push_native::Auth::clone_from_slice(&[9; 16]);
    let opened = web_push_native::decrypt(request[end..].to_vec(), &secret, &auth).unwrap();
    let PushMessage::Ring { ring_id, consult_id, receipt, .. } = serde_json::from_slice(&opened).unwrap() else {
        panic!("a ring")
    };
    assert_eq!(consult_id, detail.summary.id);

    let stranger = house.stranger();
    let seen = json!({"receipt": receipt.0, "state": "seen"});
    assert_eq!(stranger.post("/api/receipts", &seen).await.status(), 204);
    assert_eq!(stranger.post("/api/receipts", &seen).await.status(), 204, "repeats are harmless");
    let rings: Vec<RingDelivery> =
        referrer.get(&format!("/api/consults/{consult_id}/deliveries")).await.json().await.unwrap();
    let ring = rings.iter().find(|ring| ring.ring_id == ring_id).unwrap();
    let push = ring.channels.iter().find(|channel| channel.channel == Channel::Push).unwrap();
    assert_eq!(push.state, DeliveryState::Seen);
    house.close().await;
}

/// A push as it came, head and body.
async fn taken(service: &TcpListener) -> Vec<u8> {
    let (mut socket, _) = service.accept().await.unwrap();
    let (mut request, mut part) = (Vec::new(), [0; 4096]);
    let whole = |request: &[u8]| {
        let end = request.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok())?;
        (request.len() >= end + length).then_some(())
    };
    while whole(&request).is_none() {
        let read = socket.read(&mut part).await.unwrap();
        assert!(read > 0, "the whole push arrives");
        request.extend_from_slice(&part[..read]);
    }
    socket.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
    request
}

#[tokio::test]
async fn what_needs_no_session_needs_a_token_and_takes_no_guessing() {
    let house = House::open_with(|config| {
        let secret = Secret::new("0123456789abcdef".to_owned());
        let url = "https://gateway.example.org".to_owned();
        config.outbound.gateway = Some(Gateway { url, secret, sms: true, voice: true });
    })
    .await;
    let stranger = house.stranger();
    let wrong = [
        ("/api/receipts", json!({"receipt": "geraten", "state": "seen"})),
        ("/api/answer/view", json!({"token": "geraten"})),
        ("/api/answer", json!({"token": "geraten", "answer": {"type": "accept"}})),
    ];
    for (path, body) in &wrong {
        assert_eq!(code(stranger.post(path, body).await).await, (410, ProblemCode::LinkUsed), "{path}");
        let get = stranger.get(path).await;
        assert_eq!(get.status(), 405, "{path}: looking never acts");
    }
    let forged = json!({"id": Uuid::now_v7(), "channel": "voice", "event": {"type": "digit", "digit": 1}});
    assert_eq!(code(stranger.post("/api/gateway/callback", &forged).await).await, (403, ProblemCode::Forbidden));
    for _ in 0..40 {
        if stranger.post(wrong[0].0, &wrong[0].1).await.status() == 429 {
            return house.close().await;
        }
    }
    panic!("somebody may guess for ever");
}
