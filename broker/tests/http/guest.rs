//! A guest's way in, over HTTP: cookie, anti-forgery token, limits, and nowhere else.

use crate::house::{Browser, DEVICE, House, code};
use reqwest::Method;
use schemas::ConsultId;
use schemas::guest::{GuestLink, GuestState, GuestView};
use schemas::problem::ProblemCode as Code;
use serde_json::json;

async fn accepted(house: &House) -> (Browser, Browser, ConsultId) {
    let referrer = house.referrer().await;
    let detail = referrer.ask().await;
    let specialist = house.browser(detail.summary.ringing[0].id).await;
    let id = detail.summary.id;
    assert_eq!(specialist.act(id, &json!({"type": "accept"})).await.status(), 200);
    (referrer, specialist, id)
}

#[tokio::test]
async fn a_link_in_a_fragment_becomes_a_cookie_for_the_api_alone() {
    let house = House::open().await;
    let (_, specialist, id) = accepted(&house).await;
    let wanted = json!({"id": uuid::Uuid::now_v7(), "name": "Frau Öztürk", "part": "interpreter"});
    let invited = specialist.post(&format!("/api/consults/{id}/guests"), &wanted).await;
    assert_eq!(invited.status(), 201);
    let link: GuestLink = invited.json().await.unwrap();
    let token = json!({"token": link.path.0.strip_prefix("/guest/#").unwrap()});

    let mut guest = house.stranger();
    assert_eq!(code(guest.get("/api/guest").await).await, (401, Code::NotSignedIn));
    let opened = guest.post("/api/guest", &token).await;
    assert_eq!(opened.status(), 200);
    let cookie = opened.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["tk_guest=", "; HttpOnly", "; SameSite=Strict", "; Path=/api;"] {
        assert!(cookie.contains(part), "{part}");
    }
    let view: GuestView = opened.json().await.unwrap();
    assert_eq!((view.state, view.consult_id), (GuestState::Invited, id));
    assert_eq!(code(house.stranger().post("/api/guest", &token).await).await, (410, Code::GuestLinkUsed));

    assert_eq!(code(guest.post("/api/guest/ticket", &json!({"device": DEVICE})).await).await, (403, Code::CsrfFailed));
    guest.csrf = Some(view.csrf_token.0);
    assert_eq!(guest.get("/api/guest").await.status(), 200);
    assert_eq!(guest.post("/api/guest/ticket", &json!({"device": DEVICE})).await.status(), 200);
    // A cookie of the one kind opens nothing of the other.
    for path in ["/api/session", "/api/consults", &format!("/api/consults/{id}"), "/api/events", "/dicomweb/studies"] {
        assert_eq!(code(guest.get(path).await).await, (401, Code::NotSignedIn), "{path}");
    }
    assert_eq!(code(specialist.get("/api/guest").await).await, (401, Code::NotSignedIn));
    let removed = specialist.act(id, &json!({"type": "remove_guest", "guest_id": link.guest_id})).await;
    assert_eq!(removed.status(), 200);
    assert_eq!(code(guest.get("/api/guest").await).await, (401, Code::NotSignedIn));
    assert_eq!(code(guest.post("/api/guest/ticket", &json!({"device": DEVICE})).await).await, (401, Code::NotSignedIn));
    house.close().await;
}

#[tokio::test]
async fn guessing_at_links_is_slowed() {
    let house = House::open().await;
    let stranger = house.stranger();
    let guess = async || code(stranger.post("/api/guest", &json!({"token": "geraten"})).await).await;
    for _ in 0..30 {
        assert_eq!(guess().await, (410, Code::GuestLinkUsed));
    }
    let refused = stranger.post("/api/guest", &json!({"token": "geraten"})).await;
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(code(refused).await, (429, Code::TooManyRequests));
    let link = stranger.post("/api/session/link", &json!({"token": "geraten"})).await;
    assert_eq!(code(link).await, (429, Code::TooManyRequests), "one limit for all links");
    house.close().await;
}

#[tokio::test]
async fn a_wrong_password_at_a_signature_is_tried_five_times() {
    let house = House::open().await;
    let (referrer, specialist, id) = accepted(&house).await;
    let answer = json!({"findings": "x", "assessment": "x", "recommendation": "x", "decision": "treat_here"});
    let report = json!({"answer": answer, "password": "falsch"});
    let path = format!("/api/consults/{id}/report");
    for _ in 0..5 {
        assert_eq!(code(specialist.post(&path, &report).await).await, (403, Code::WrongPassword));
    }
    assert_eq!(code(specialist.post(&path, &report).await).await, (429, Code::TooManyRequests));
    assert_eq!(code(referrer.post(&path, &report).await).await, (403, Code::Forbidden), "another session is not");
    let pdf = referrer.get(&format!("/api/consults/{id}/report.pdf")).await;
    assert_eq!(code(pdf).await, (404, Code::NotFound));
    let pdf = referrer.get(&format!("/api/consults/{id}/report.pdf?version=x")).await;
    assert_eq!(code(pdf).await, (400, Code::MalformedRequest));
    house.close().await;
}

#[tokio::test]
async fn my_sessions_are_listed_and_ended() {
    let house = House::open().await;
    let here = house.referrer().await;
    let there = house.referrer().await;
    let listed: serde_json::Value = here.get("/api/me/sessions").await.json().await.unwrap();
    let other = listed.as_array().unwrap().iter().filter(|one| one["is_current"] == false);
    for session in other {
        let path = format!("/api/me/sessions/{}", session["id"].as_str().unwrap());
        let ended = here.request(Method::DELETE, &path).send().await.unwrap();
        assert_eq!(ended.status(), 204);
        assert_eq!(code(here.request(Method::DELETE, &path).send().await.unwrap()).await, (404, Code::NotFound));
    }
    assert_eq!(code(there.get("/api/session").await).await, (401, Code::NotSignedIn));
    assert_eq!(here.get("/api/session").await.status(), 200);
    house.close().await;
}
