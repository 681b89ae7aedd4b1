//! Who may not: nobody signed in, a page of another site, somebody else's consult.

use crate::house::{DEVICE, House, code, problem};
use reqwest::Method;
use schemas::PersonId;
use schemas::consult::{ConsultDetail, ConsultSummary};
use schemas::problem::ProblemCode as Code;
use serde_json::{Value, json};
use telekonsil::http::openapi;

/// Every operation of the document: (method, path with identifiers filled in).
fn operations() -> Vec<(Method, String)> {
    let document: Value = serde_json::from_str(&openapi::text().unwrap()).unwrap();
    let id = uuid::Uuid::now_v7().to_string();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            // Open to everybody: signing in, and the room socket, whose ticket comes later.
            let open = operation["security"] == json!([{}]);
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if !open {
                found.push((method, path.replace("{id}", &id).replace("{consult}", &id)));
            }
        }
    }
    found
}

#[tokio::test]
async fn no_route_answers_a_stranger() {
    let house = House::open().await;
    let stranger = house.stranger();
    let operations = operations();
    assert!(operations.len() >= 14, "{operations:?}");
    for (method, path) in operations {
        let answer = stranger.request(method.clone(), &path).json(&json!({})).send().await.unwrap();
        assert_eq!(
            answer.headers().get("www-authenticate").map(|value| value.as_bytes()),
            Some(&b"Bearer"[..]),
            "{method} {path}"
        );
        assert_eq!(code(answer).await, (401, Code::NotSignedIn), "{method} {path}");
        let forged = stranger.request(method, &path).header("cookie", "tk_session=forged").json(&json!({}));
        assert_eq!(code(forged.send().await.unwrap()).await, (401, Code::NotSignedIn), "{path}");
    }
    house.close().await;
}

#[tokio::test]
async fn no_route_changes_anything_without_the_anti_forgery_token() {
    let house = House::open().await;
    let mut referrer = house.referrer().await;
    let genuine = referrer.csrf.take();
    // A guest's cookie has a token of its own, see `guest.rs`.
    let changing = |(method, path): &(Method, String)| *method != Method::GET && !path.starts_with("/api/guest");
    for (method, path) in operations().into_iter().filter(changing) {
        for token in ["", "wrong"] {
            let request = referrer.request(method.clone(), &path).header("x-csrf-token", token).json(&json!({}));
            assert_eq!(code(request.send().await.unwrap()).await, (403, Code::CsrfFailed), "{method} {path}");
        }
    }
    referrer.csrf = genuine;
    assert_eq!(referrer.get("/api/session").await.status(), 200, "the session goes on");
    house.close().await;
}

#[tokio::test]
async fn a_page_of_another_site_or_under_another_name_is_refused() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let port = house.server.http_addr.port();
    let body = json!({"email": "a@b.example", "password": "x"});
    for (header, value) in [
        ("origin", "https://evil.example".to_owned()),
        ("origin", format!("http://specialist.localhost:{port}")),
        ("origin", "null".to_owned()),
        ("sec-fetch-site", "cross-site".to_owned()),
    ] {
        let request = referrer.request(Method::POST, "/api/session").header(header, &value).json(&body);
        assert_eq!(code(request.send().await.unwrap()).await, (403, Code::CsrfFailed), "{value}");
    }
    let rebound = referrer.request(Method::GET, "/api/session").header("host", "evil.example");
    assert_eq!(code(rebound.send().await.unwrap()).await, (400, Code::MalformedRequest));
    let own = referrer.request(Method::POST, "/api/session").header("origin", house.url("")).json(&body);
    assert_eq!(code(own.send().await.unwrap()).await, (401, Code::WrongCredentials));
    house.close().await;
}

#[tokio::test]
async fn somebody_elses_consult_looks_like_none() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let consult = referrer.ask().await.summary.id;
    let other = house.outsider().await;
    for path in ["", "/match"] {
        let answer = other.get(&format!("/api/consults/{consult}{path}")).await;
        let status = answer.status().as_u16();
        assert!(matches!(code(answer).await, (404, Code::NotFound) | (403, Code::Forbidden)), "{path}: {status}");
    }
    let listed: Vec<ConsultSummary> = other.get("/api/consults").await.json().await.unwrap();
    assert!(listed.iter().all(|summary| summary.id != consult));
    for action in [json!({"type": "accept"}), json!({"type": "cancel", "reason": "x"}), json!({"type": "close"})] {
        assert!(matches!(
            code(other.act(consult, &action).await).await,
            (404, Code::NotFound) | (403, Code::Forbidden)
        ));
    }
    let ticket = other.post(&format!("/api/consults/{consult}/ticket"), &json!({"device": DEVICE})).await;
    assert!(matches!(code(ticket).await, (404, Code::NotFound) | (403, Code::Forbidden)));
    house.close().await;
}

#[tokio::test]
async fn a_second_accept_is_told_who_was_first() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let rung = async |consult| -> Vec<PersonId> {
        let path = format!("/api/consults/{consult}");
        let detail: ConsultDetail = referrer.get(&path).await.json().await.unwrap();
        detail.summary.ringing.iter().map(|person| person.id).collect()
    };
    let consult = referrer.ask().await.summary.id;
    let first = rung(consult).await[0];
    let early = house.browser(first).await;
    assert_eq!(early.act(consult, &json!({"type": "pass_on"})).await.status(), 200);
    let second = rung(consult).await.into_iter().find(|person| *person != first).expect("the next one is rung");
    let winner = house.browser(second).await;
    assert_eq!(winner.act(consult, &json!({"type": "accept"})).await.status(), 200);
    assert_eq!(winner.act(consult, &json!({"type": "accept"})).await.status(), 200, "repeating it is harmless");
    let refused = problem(early.act(consult, &json!({"type": "accept"})).await).await;
    assert_eq!((refused.status, refused.code), (409, Code::AlreadyTaken));
    assert!(refused.taken_by.is_some_and(|name| !name.is_empty()));
    house.close().await;
}

#[tokio::test]
async fn a_bearer_token_opens_dicomweb_and_nothing_else() {
    let house = House::open().await;
    let ttl = std::time::Duration::from_secs(60);
    let token = house.server.app.service_token(telekonsil::app::Scope::Dicomweb, None, ttl, "PACS").await.unwrap();
    let stranger = house.stranger();
    let board = stranger.request(Method::GET, "/api/session").bearer_auth(&token).send().await.unwrap();
    assert_eq!(code(board).await, (401, Code::NotSignedIn));
    let studies = stranger.request(Method::GET, "/dicomweb/studies").bearer_auth(&token).send().await.unwrap();
    assert!(studies.status().is_success(), "{}", studies.status());
    let forged = stranger.request(Method::GET, "/dicomweb/studies").bearer_auth(format!("{token}x"));
    assert_eq!(code(forged.send().await.unwrap()).await, (401, Code::NotSignedIn));
    assert_eq!(code(stranger.get("/dicomweb/studies").await).await, (401, Code::NotSignedIn));
    house.close().await;
}
