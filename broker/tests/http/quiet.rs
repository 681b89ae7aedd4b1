//! A whole consult at the most talkative log level: no patient data, no password, no token and no SDP reaches a line.

use crate::house::{DEVICE, House};
use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use schemas::consult::{ConsultDetail, RoomTicket};
use schemas::directory::Service;
use schemas::guest::GuestLink;
use schemas::session::Me;
use schemas::{ConsultId, PersonId};
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_tungstenite::{connect_async, tungstenite::Message};
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

/// Everything of ours, every statement of the database, and of the others what a server logs by itself.
const FILTER: &str = "info,telekonsil=trace,sfu=trace,imaging=trace,sqlx=debug,rtc=error";

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_consult_leaves_nothing_in_the_log() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new(FILTER))
        .with_writer(move || writer.clone())
        .finish();
    // The only one in this binary: what other tests do at the same time is in the lines too, and does not matter.
    tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
    let secrets = consult().await;
    let text = String::from_utf8_lossy(&lines.0.lock().unwrap()).into_owned();
    assert!(text.contains("/api/consults/{id}/actions") && text.contains("room opened"), "something was logged");
    for (what, secret) in secrets {
        assert!(secret.len() >= 8, "{what}: too short to be looked for");
        let line = text.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "{what} stands in the log: {line:?}");
    }
}

/// Does everything with words that can be looked for, and returns them.
async fn consult() -> Vec<(&'static str, String)> {
    let mut secrets: Vec<(&'static str, String)> = Vec::new();
    let mut secret = |what: &'static str, text: &str| {
        secrets.push((what, text.to_owned()));
        text.to_owned()
    };
    let house = House::open().await;
    let password = secret("a password", "Kennwort-Marke-4711");
    let email = secret("an address", "marke.4711@haus.example");
    house.add_referrer(house.demo.referrer, &email, Some(&password)).await;
    let mut referrer = house.stranger();
    let wrong = secret("a wrong password", "Falsches-Kennwort-4711");
    referrer.post("/api/session", &json!({"email": email, "password": wrong})).await;
    let entered = referrer.post("/api/session", &json!({"email": email, "password": password})).await;
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().to_owned();
    secret("a session", cookie.split(['=', ';']).nth(1).unwrap());
    let me: Me = entered.json().await.unwrap();
    referrer.csrf = Some(secret("an anti-forgery token", &me.csrf_token.0));

    let services: Vec<Service> = referrer.get("/api/services").await.json().await.unwrap();
    let id = ConsultId(Uuid::now_v7());
    let body = json!({
        "id": id, "service_id": services[0].id, "urgency": "emergency",
        "fields": {
            "family_name": secret("a name", "Familienname-4711"), "birth_date": secret("a birth date", "1931-07-19"),
            "patient_id": secret("a patient's number", "PID-4711-0815"),
            "insurance_number": secret("an insurance number", "X471108150"),
            "callback_phone": secret("a telephone", "+49 7000 47110815"),
            "question": secret("a question", "Frage-4711 nach der Lyse"),
        },
    });
    let mut services = services.iter();
    let detail: ConsultDetail = loop {
        let mut body = body.clone();
        body["service_id"] = json!(services.next().expect("somebody is on duty").id);
        let answer = referrer.post("/api/consults", &body).await;
        if answer.status() == 201 {
            break answer.json().await.unwrap();
        }
    };
    referrer.request(Method::POST, "/api/consults").body("{\"Familienname-4711\": }").send().await.unwrap();
    referrer.get("/dicomweb/studies?PatientName=Familienname-4711").await;
    referrer.get("/api/consults/Familienname-4711").await;
    let rung: PersonId = detail.summary.ringing[0].id;
    let specialist = house.browser(rung).await;
    assert_eq!(specialist.act(id, &json!({"type": "accept"})).await.status(), 200);
    let asked = json!({"type": "ask_for_more", "text": secret("what was asked", "Nachfrage-4711 zum Blutdruck")});
    assert_eq!(specialist.act(id, &asked).await.status(), 200);

    // Tokens that travel without a session.
    for path in ["/api/receipts", "/api/answer/view", "/api/answer"] {
        let token = secret("a token of a message", "AGqxVR4Marke4711AGqxVR4Marke4711");
        let body = json!({"receipt": token, "token": token, "state": "seen", "answer": {"type": "accept"}});
        assert_eq!(house.stranger().post(path, &body).await.status(), 410);
    }
    let device = json!({
        "endpoint": secret("an endpoint", "https://push.example/Marke-4711"), "label": "Firefox",
        "p256dh": secret("a device's key", "Marke4711p256dh"), "auth": secret("a device's secret", "Marke4711auth"),
    });
    specialist.request(Method::PUT, &format!("/api/me/push/{}", Uuid::now_v7())).json(&device).send().await.unwrap();
    let mobile = secret("a private number", "+4915147114711");
    let channels = json!({"order": ["sms"], "mobile": mobile, "language": "de"});
    let kept = specialist.request(Method::PUT, "/api/me/channels").json(&channels).send().await.unwrap();
    assert_eq!(kept.status(), 200);

    let invited = json!({"id": uuid::Uuid::now_v7(), "name": secret("a guest's name", "Gast-4711 Dolmetscher"), "part": "interpreter"});
    let link: GuestLink = referrer.post(&format!("/api/consults/{id}/guests"), &invited).await.json().await.unwrap();
    let token = link.path.0.split('#').nth(1).unwrap().to_owned();
    secret("a guest's link", &token);
    house.stranger().post("/api/guest", &json!({"token": token})).await;

    let ticket: RoomTicket =
        specialist.post(&format!("/api/consults/{id}/ticket"), &json!({"device": DEVICE})).await.json().await.unwrap();
    let ticket_text = secret("a join ticket", &ticket.ticket.0);
    let (mut socket, _) = connect_async(&ticket.url).await.unwrap();
    let sdp = secret("an SDP offer", "v=0-Marke-4711 a=fingerprint:sha-256 47:11");
    for message in [
        json!({"type": "hello", "ticket": ticket_text}),
        json!({"type": "offer", "sdp": sdp, "publish": [], "receive": []}),
        json!({"type": "Familienname-4711"}),
        json!({"type": "leave"}),
    ] {
        socket.send(Message::text(message.to_string())).await.unwrap();
    }
    let heard = async { while let Some(Ok(_)) = socket.next().await {} };
    tokio::time::timeout(Duration::from_secs(15), heard).await.expect("the socket closes after leaving");

    let report = json!({
        "answer": {
            "findings": secret("findings", "Befund-4711 links"), "assessment": secret("an assessment", "Beurteilung-4711"),
            "recommendation": secret("a recommendation", "Empfehlung-4711"), "decision": "treat_here", "limitations": "",
        },
        "password": telekonsil::demo::PASSWORD, "after_version": 0, "reason": "",
    });
    assert_eq!(specialist.post(&format!("/api/consults/{id}/report"), &report).await.status(), 200);
    assert_eq!(referrer.act(id, &json!({"type": "acknowledge"})).await.status(), 200);
    let reason = json!({"type": "cancel", "reason": secret("a reason", "Grund-4711 der Absage")});
    referrer.act(id, &reason).await;
    house.close().await;
    secrets
}
