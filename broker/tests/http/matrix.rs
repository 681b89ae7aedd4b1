//! Every route of the API × every kind of caller, from the API's own document: a new route without a line in
//! `matrix.txt` fails this test, and so does a line without a route.
//!
//! A cell is the status of a request that nothing but access can refuse: 401 and 403 say no, 404 says that there is
//! nothing for this caller. Where a request that is let through would change the world for the next caller, its body is
//! one that is refused later: 422 then means "let in".

use crate::house::{Browser, DEVICE, House};
use reqwest::Method;
use schemas::consult::StudyStatus;
use schemas::directory::{PersonRef, Role};
use schemas::guest::{GuestLink, GuestView};
use schemas::privacy::Export;
use schemas::session::{Me, PhoneLink};
use schemas::{ConsultId, NetworkId, PersonId};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use telekonsil::app::{NewPerson, Scope};
use telekonsil::http::openapi;
use uuid::Uuid;

const CALLERS: [&str; 16] = [
    "nobody", "asks", "house", "other", "rung", "spec", "spec2", "coord", "coord2", "admin", "privacy", "glass",
    "guest", "phone", "phone2", "bearer",
];

/// Everything that the requests are about.
struct World {
    house: House,
    /// Accepted; that of everybody but the one who is rung.
    accepted: ConsultId,
    /// Rings.
    ringing: ConsultId,
    /// Has a signed report.
    signed: ConsultId,
    study: Uuid,
    export: Uuid,
    service: Uuid,
    hospital: Uuid,
    browsers: BTreeMap<&'static str, Browser>,
}

#[tokio::test]
async fn every_route_lets_in_whom_it_should_and_nobody_else() {
    let world = World::open().await;
    let document: Value = serde_json::from_str(&openapi::text().unwrap()).unwrap();
    let mut table = format!("{:<52}", "");
    CALLERS.iter().for_each(|caller| write!(table, " {caller:>7}").unwrap());
    for (method, path, takes_body) in operations(&document) {
        let line = format!("{method} {path}");
        write!(table, "\n{line:<52}").unwrap();
        for caller in CALLERS {
            let status = world.call(caller, &method, &path, takes_body).await;
            write!(table, " {status:>7}").unwrap();
        }
    }
    table.push('\n');
    world.house.close().await;
    let committed = include_str!("matrix.txt");
    if table != committed {
        let made = std::env::temp_dir().join("telekonsil-matrix.txt");
        std::fs::write(&made, &table).unwrap();
        let differs = table.lines().filter(|line| !committed.lines().any(|known| known == *line)).collect::<Vec<_>>();
        let gone = committed.lines().filter(|line| !table.lines().any(|now| now == *line)).collect::<Vec<_>>();
        panic!(
            "access differs from tests/http/matrix.txt (the table as it is: {})\nis:\n{}\nwas:\n{}",
            made.display(),
            differs.join("\n"),
            gone.join("\n")
        );
    }
}

/// Every method and path, and whether it takes a body. Signing out comes last: afterwards everybody is nobody.
fn operations(document: &Value) -> Vec<(String, String, bool)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let takes_body = operation.get("requestBody").is_some() && method != "get";
            found.push((method.to_uppercase(), path.clone(), takes_body));
        }
    }
    found.sort_by_key(|(method, path, _)| (method == "DELETE" && path == "/api/session", path.clone(), method.clone()));
    found
}

impl World {
    async fn open() -> Self {
        let house = House::open().await;
        let demo = house.demo;
        let asks = house.browser(demo.referrer).await;
        let detail = asks.ask().await;
        let (ringing, accepted) = (detail.summary.id, asks.ask().await.summary.id);
        let rung = detail.summary.ringing[0].id;
        let first = house.browser(rung).await;
        assert_eq!(first.act(accepted, &json!({"type": "accept"})).await.status(), 200);
        let signed = asks.ask().await.summary.id;
        assert_eq!(first.act(signed, &json!({"type": "accept"})).await.status(), 200);
        let rows = house.server.app.directory_rows().await.unwrap();
        let email = &rows.people.iter().find(|row| row.id == rung.0).unwrap().email;
        house.server.app.set_password(email, "ein langes Kennwort").await.unwrap();
        let answer = json!({"findings": "x", "assessment": "x", "recommendation": "x", "decision": "treat_here"});
        let report = json!({"answer": answer, "password": "ein langes Kennwort"});
        assert_eq!(first.post(&format!("/api/consults/{signed}/report"), &report).await.status(), 200);
        let services = detail.summary.service;
        let study = json!({"study_instance_uid": "1.2.3", "instances": 1});
        let study = asks.post(&format!("/api/consults/{accepted}/studies"), &study).await;
        let study: StudyStatus = study.json().await.unwrap();
        let export = asks
            .post(
                &format!("/api/consults/{accepted}/exports"),
                &json!({"id": Uuid::now_v7(), "reason": "Art. 15 DSGVO"}),
            )
            .await;
        let export: Export = export.json().await.unwrap();

        let mut people =
            BTreeMap::from([("asks", demo.referrer), ("rung", rung), ("spec", rung), ("coord", demo.coordinator)]);
        let at_home = detail.summary.requester.clone();
        people.insert("house", add(&house, &at_home, Role::Referrer, vec![]).await);
        let me: Me = first.get("/api/session").await.json().await.unwrap();
        for (name, role) in [
            ("other", Role::Referrer),
            ("spec2", Role::Specialist),
            ("glass", Role::Specialist),
            ("admin", Role::Admin),
            ("privacy", Role::DataProtection),
        ] {
            people.insert(name, add(&house, &me.person, role, vec![]).await);
        }
        let elsewhere = vec![NetworkId(Uuid::now_v7())];
        people.insert("coord2", add(&house, &me.person, Role::Coordinator, elsewhere).await);

        let mut browsers = BTreeMap::new();
        for (name, person) in &people {
            browsers.insert(*name, house.browser(*person).await);
        }
        for consult in [accepted, signed] {
            let broken = json!({"consult": consult.to_string(), "reason": "Patient ist jetzt hier"});
            assert_eq!(browsers["glass"].post("/api/break-glass", &broken).await.status(), 200);
        }
        browsers.insert("nobody", house.stranger());
        browsers.insert("bearer", house.stranger());
        browsers.insert("guest", guest(&house, &first, accepted).await);
        browsers.insert("phone", phone(&house, &first, accepted).await);
        browsers.insert("phone2", phone(&house, &first, accepted).await);
        Self {
            hospital: at_home.hospital_id.0,
            service: services.id.0,
            study: study.id.0,
            export: export.id.0,
            house,
            accepted,
            ringing,
            signed,
            browsers,
        }
    }

    async fn call(&self, caller: &'static str, method: &str, path: &str, takes_body: bool) -> u16 {
        // "rung" is rung by one consult; "phone2" is bound to the other one, where its owner is rung too.
        let consult = if matches!(caller, "rung" | "phone2") { self.ringing } else { self.accepted };
        let target = self.target(path, consult);
        let place = CALLERS.iter().position(|name| *name == caller).unwrap();
        let request = self.browsers[caller].request(Method::from_bytes(method.as_bytes()).unwrap(), &target);
        // Each from an address of its own: the limits are not what is tested here.
        let mut request = request.header("x-forwarded-for", format!("198.51.100.{}", place + 1));
        if caller == "bearer" {
            let ttl = std::time::Duration::from_secs(60);
            let token = self.house.server.app.service_token(Scope::Dicomweb, None, ttl, "PACS").await.unwrap();
            request = request.bearer_auth(token);
        }
        if takes_body {
            request = request.json(&self.body(method, path, caller));
        }
        request.send().await.unwrap().status().as_u16()
    }

    fn target(&self, path: &str, consult: ConsultId) -> String {
        let id = match path {
            "/api/consults/{id}/report.pdf" => self.signed.0,
            path if path.starts_with("/api/studies/") => self.study,
            path if path.starts_with("/api/privacy/exports/") => self.export,
            path if path.starts_with("/api/services/") => self.service,
            path if path.starts_with("/api/onboarding/") => self.hospital,
            path if path.contains("/consults/") => consult.0,
            // Hospitals and the like are made; sessions, notices and people are unknown.
            _ => Uuid::from_u128(0x0194_2000_0000_7000_8000_0000_0000_ffff),
        };
        let query = match path {
            "/api/services/{id}/rota" => "?from=0&until=1000",
            "/api/services/{id}/rota/draft" => "?rev=1",
            "/api/reports/coverage" | "/api/reports/coverage.csv" => "?year=2026",
            path if path.starts_with("/api/reports/") => "?from=0&until=1000",
            "/api/admin/import" => "?table=hospitals&mode=check",
            "/api/admin/export.csv" => "?table=hospitals",
            "/api/me/duty-notes/seen" => "?until=0",
            "/api/services/{id}/swap-candidates" => "?level=primary&from=0&until=1",
            "/api/me/wishes" => "?month=2026-12",
            "/api/services/{id}/planning" => "?month=2026-12&before=1",
            _ => "",
        };
        path.replace("{step}", "phones").replace("{id}", &id.to_string()).replace("{consult}", &consult.to_string())
            + query
    }

    fn body(&self, method: &str, path: &str, caller: &str) -> Value {
        let made = Uuid::from_u128(0x0194_2000_0000_7000_8000_0000_0000_ffff);
        let contract = json!({"service_id": made, "provider_hospital_id": made, "hospital_id": made});
        match (method, path) {
            ("POST", "/api/session") => json!({"email": format!("{caller}@nobody.example"), "password": "falsch"}),
            ("POST", "/api/session/link") | ("POST", "/api/guest") => json!({"token": "geraten"}),
            ("PUT", "/api/session/password") => json!({"current": "x", "new": "kurz"}),
            ("POST", "/api/consults") => {
                let fields = json!({"birth_date": "gestern"});
                json!({"id": Uuid::now_v7(), "service_id": self.service, "urgency": "emergency", "fields": fields})
            }
            ("POST", "/api/consults/{id}/actions") => {
                json!({"type": "stamp", "stamp": "door", "at": self.house.server.app.now()})
            }
            ("POST", "/api/consults/{id}/studies") => json!({"study_instance_uid": "1.2.3", "instances": 1}),
            ("POST", "/api/consults/{id}/report") => {
                let answer =
                    json!({"findings": "x", "assessment": "x", "recommendation": "", "decision": "treat_here"});
                json!({"answer": answer, "password": "ein langes Kennwort"})
            }
            ("POST", "/api/consults/{id}/ticket" | "/api/guest/ticket") => json!({"device": DEVICE}),
            ("POST", "/api/consults/{id}/guests") => json!({"id": uuid::Uuid::now_v7(), "name": "", "part": "other"}),
            ("POST", "/api/consults/{id}/exports") => json!({"id": Uuid::now_v7(), "reason": ""}),
            ("POST", "/api/admin/people/{id}/link") => json!({"forget_password": false}),
            ("POST", "/api/break-glass") => json!({"consult": self.accepted.to_string(), "reason": "kurz"}),
            ("POST", "/api/privacy/exports/{id}/decision") => json!({"approve": true}),
            ("PUT", "/api/admin/hospitals/{id}") => json!({"id": made, "name": "", "city": "", "phone": ""}),
            ("PUT", "/api/admin/networks/{id}") => json!({"id": made, "name": ""}),
            ("PUT", "/api/admin/services/{id}") => json!({
                "id": made, "network_id": made, "specialty": "cardiology", "name": "", "fallback_phone": "",
                "zone": "Europe/Berlin", "exclusive": false, "turns": [],
            }),
            ("PUT", "/api/admin/people/{id}") => json!({
                "id": made, "hospital_id": self.hospital, "name": "", "email": "", "phone": null, "roles": [],
                "networks": [], "languages": [], "qualifications": [], "active": true,
            }),
            ("PUT" | "DELETE", "/api/admin/contracts") => contract,
            ("PUT", "/api/absences/{id}") => json!({
                "person": made, "kind": "other", "zone": "Europe/Berlin", "from": "2026-01-02T00:00:00",
                "until": "2026-01-01T00:00:00",
            }),
            ("PUT", "/api/services/{id}/rota/draft") => {
                json!({"plan": {"zone": "Mars/Base", "layers": []}, "rev": 9, "revision": 1})
            }
            ("PUT", "/api/services/{id}/booking") => json!({"rules": {
                "hours": [], "levels": [], "slot_minutes": 20, "before_minutes": 0, "after_minutes": 0, "lead_minutes": 0,
                "horizon_days": 1, "per_day": 1,
            }}),
            ("POST", "/api/services/{id}/placements") => json!({"placements": []}),
            ("POST", "/api/services/{id}/match") => json!({"urgency": "emergency"}),
            ("PUT", "/api/services/{id}/weights") => json!({"version": 0, "weights": {}, "note": ""}),
            ("POST", "/api/services/{id}/weights/preview") => json!({}),
            ("POST", "/api/services/{id}/rota/publish") => json!({"rev": 1, "note": ""}),
            ("POST", "/api/services/{id}/rota/restore") => json!({"revision": 99}),
            ("PUT", "/api/swaps/{id}") => json!({
                "service_id": self.service, "part": {"level": "primary", "from": 0, "until": 1}, "ask": {"type": "pool"},
            }),
            ("POST", "/api/swaps/{id}/steps") => json!({"type": "accept"}),
            ("PUT", "/api/services/{id}/rota/settings") => json!({"swaps_need_approval": false, "notice_minutes": 999}),
            ("PUT", "/api/hand-over-notes/{id}") => json!({"service_id": self.service, "text": ""}),
            ("PUT", "/api/calendars/{id}") => json!({"service_id": made, "label": ""}),
            ("PUT", "/api/feeds/{id}") | ("POST", "/api/feeds/{id}/preview") => json!({
                "network": made, "kind": "holiday", "label": "Urlaub", "zone": "Europe/Berlin",
                "source": {"type": "file", "text": ""},
            }),
            ("POST", "/api/services/{id}/rota/take-over") => json!({"level": "backup", "person": made}),
            ("PUT", "/api/services/{id}/wishes") => json!({"month": "Advent", "wishes": []}),
            ("PUT", "/api/services/{id}/planning") => {
                json!({"rules": {"limits": {"want": 99, "rather_not": 0, "impossible": 0}}, "rev": 0})
            }
            ("PUT", "/api/services/{id}/policies") => {
                json!({"revision": 1, "policies": {"pools": [{"id": made, "name": "", "people": []}]}})
            }
            ("POST", "/api/services/{id}/policies/restore") => json!({"revision": 1, "of": 99}),
            ("POST", "/api/services/{id}/policies/dry-run") => {
                json!({"urgency": "urgent", "hospital_id": self.hospital})
            }
            // No table of houses: refused by its head.
            ("POST", "/api/admin/import") => json!({}),
            ("PUT", "/api/onboarding/{id}/{step}") => json!({"is_done": true, "note": "x".repeat(201)}),
            ("POST", "/api/onboarding/{id}/test-escalation") => {
                json!({"id": made, "service_id": self.service, "person": made})
            }
            ("POST", "/api/receipts") => json!({"receipt": "geraten", "state": "seen"}),
            ("POST", "/api/answer/view") => json!({"token": "geraten"}),
            ("POST", "/api/answer") => json!({"token": "geraten", "answer": {"type": "accept"}}),
            ("POST", "/api/gateway/callback") => {
                json!({"id": made, "channel": "sms", "event": {"type": "delivered"}})
            }
            ("PUT", "/api/me/push/{id}") => {
                json!({"endpoint": "https://push.example", "p256dh": "x", "auth": "x", "label": "x"})
            }
            ("PUT", "/api/me/channels") => json!({"order": [], "mobile": "0151", "language": "de"}),
            ("POST", "/api/me/self-test") => json!({"device": made}),
            ("PUT", "/api/me/self-test/{id}") => {
                json!({"sound": null, "camera": null, "microphone": null, "path": null})
            }
            ("POST", "/api/setup") => json!({
                "token": "geraten", "hospital": "H", "city": "C", "phone": "+49 1234", "name": "N",
                "email": "a@b.example", "password": "ein langes Kennwort",
            }),
            _ => panic!(
                "{method} {path} takes a body: say here what a minimal one is, and who may send it in matrix.txt"
            ),
        }
    }
}

async fn add(house: &House, colleague: &PersonRef, role: Role, networks: Vec<NetworkId>) -> PersonId {
    let id = PersonId(Uuid::now_v7());
    let person = NewPerson {
        id,
        hospital_id: colleague.hospital_id,
        name: "Dr. Test".to_owned(),
        email: format!("{}@matrix.example", id.0.simple()),
        phone: None,
        roles: vec![role],
        networks,
        languages: vec![],
        qualifications: vec![],
        password: None,
    };
    house.server.app.add_person(person).await.unwrap();
    id
}

async fn guest(house: &House, host: &Browser, consult: ConsultId) -> Browser {
    let wanted = json!({"id": uuid::Uuid::now_v7(), "name": "Frau Gast", "part": "relative"});
    let link: GuestLink = host.post(&format!("/api/consults/{consult}/guests"), &wanted).await.json().await.unwrap();
    let mut browser = house.stranger();
    let token = link.path.0.split_once('#').unwrap().1;
    let opened = browser.post("/api/guest", &json!({"token": token})).await;
    assert_eq!(opened.status(), 200);
    let view: GuestView = opened.json().await.unwrap();
    browser.csrf = Some(view.csrf_token.0);
    browser
}

async fn phone(house: &House, owner: &Browser, consult: ConsultId) -> Browser {
    let link = owner.post(&format!("/api/consults/{consult}/phone-link"), &json!({})).await;
    let link: PhoneLink = link.json().await.unwrap();
    let mut browser = house.stranger();
    let token = link.path.0.split_once('#').unwrap().1;
    let opened = browser.post("/api/session/link", &json!({"token": token})).await;
    assert_eq!(opened.status(), 200);
    let me: Me = opened.json().await.unwrap();
    assert_eq!(me.only_consult, Some(consult));
    browser.csrf = Some(me.csrf_token.0);
    browser
}
