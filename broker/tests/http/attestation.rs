//! Who a device belongs to, as the room's members read it: with the ticket, signed by the installation.

use crate::house::{Browser, DEVICE, House, problem};
use crate::rooms::Accepted;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ED25519, UnparsedPublicKey};
use schemas::consult::RoomTicket;
use schemas::mls::Attestation;
use schemas::problem::ProblemCode as Code;
use schemas::session::Me;
use serde_json::{Value, json};

/// What members compare byte by byte (`web/src/e2ee/group/attestation.ts`).
const HEADER: &str = r#"{"typ":"telekonsil-device","alg":"EdDSA"}"#;

async fn attested(browser: &Browser, path: &str) -> Attestation {
    let answer = browser.post(path, &json!({"device": DEVICE})).await;
    assert_eq!(answer.status(), 200);
    let ticket: RoomTicket = answer.json().await.unwrap();
    ticket.attestation.expect("an attestation")
}

/// The payload, of what the authority has signed.
fn verified(Attestation { attestation, authority }: &Attestation) -> Value {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url without padding");
    let [header, payload, signature] = attestation.split('.').collect::<Vec<_>>().try_into().expect("three parts");
    assert_eq!(String::from_utf8(bytes(header)).unwrap(), HEADER);
    let signed = format!("{header}.{payload}");
    let key = UnparsedPublicKey::new(&ED25519, bytes(authority));
    assert!(key.verify(signed.as_bytes(), &bytes(signature)).is_ok(), "signed by the authority");
    assert!(key.verify(format!("{signed} ").as_bytes(), &bytes(signature)).is_err());
    serde_json::from_slice(&bytes(payload)).unwrap()
}

#[tokio::test]
async fn it_names_the_person_the_part_the_consult_and_the_key() {
    let accepted = Accepted::open(House::open().await).await;
    let path = format!("/api/consults/{}/ticket", accepted.consult);
    let guest = accepted.invite("Frau Öztürk").await;
    let mut authorities = Vec::new();
    for (browser, role) in [(&accepted.referrer, "referrer"), (&accepted.specialist, "specialist")] {
        let attestation = attested(browser, &path).await;
        let said = verified(&attestation);
        let me: Me = browser.get("/api/session").await.json().await.unwrap();
        let [from, until] = ["not_before", "expires"].map(|name| said[name].as_i64().unwrap());
        assert!((accepted.house.server.app.now().0 - from).abs() < 60_000);
        assert_eq!(until - from, 24 * 3_600_000);
        let whole = json!({
            "person": me.person.id, "name": me.person.name, "hospital": me.person.hospital, "role": role,
            "consult": accepted.consult, "key": DEVICE, "not_before": from, "expires": until,
        });
        assert_eq!(said, whole);
        authorities.push(attestation.authority);
    }
    let attestation = attested(&guest.browser, "/api/guest/ticket").await;
    let said = verified(&attestation);
    let who = ["person", "name", "hospital", "role", "key"].map(|name| &said[name]);
    assert_eq!(who, [&json!(guest.id), &json!("Frau Öztürk"), &Value::Null, &json!("guest"), &json!(DEVICE)]);
    authorities.push(attestation.authority);
    authorities.dedup();
    assert_eq!(authorities.len(), 1, "one installation, one authority");
    accepted.house.close().await;
}

#[tokio::test]
async fn a_ticket_without_a_key_or_with_what_is_none_is_refused() {
    let accepted = Accepted::open(House::open().await).await;
    let guest = accepted.invite("Frau Öztürk").await;
    let path = format!("/api/consults/{}/ticket", accepted.consult);
    for (browser, path) in [(&accepted.referrer, path.as_str()), (&guest.browser, "/api/guest/ticket")] {
        for keyless in [json!({}), json!({"device": null})] {
            let refused = problem(browser.post(path, &keyless).await).await;
            assert_eq!((refused.status, refused.code), (409, Code::EncryptionRequired), "{keyless}");
        }
        let key = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let nonsense = [
            String::new(),
            "Schlüssel".to_owned(),
            key(&[7; 31]),
            key(&[7; 33]),
            format!("{}=", key(&[7; 32])),
            // Bits beyond the 32 bytes: the same key in other words.
            format!("{}h", &key(&[0; 32])[..42]),
            key(&[251; 32]).replace('-', "+").replace('_', "/"),
        ];
        for device in nonsense {
            let refused = problem(browser.post(path, &json!({ "device": device })).await).await;
            assert_eq!((refused.status, refused.code), (422, Code::InvalidField), "{device}");
            assert!(refused.detail.is_some_and(|detail| detail.starts_with("device: ")));
        }
        let number = problem(browser.post(path, &json!({"device": 7})).await).await;
        assert_eq!((number.status, number.code), (400, Code::MalformedBody));
    }
    accepted.house.close().await;
}
