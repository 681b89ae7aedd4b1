//! Bodies, paths, queries and methods that a route does not take.

use crate::house::{DEVICE, House, code, problem};
use futures_util::stream;
use reqwest::Method;
use schemas::problem::ProblemCode as Code;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_stable_code() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let send = async |content_type: &'static str, body: String| {
        let request = referrer.request(Method::POST, "/api/consults").header("content-type", content_type);
        problem(request.body(body).send().await.unwrap()).await
    };

    let broken = send("application/json", "{\"id\": ".to_owned()).await;
    assert_eq!((broken.status, broken.code), (400, Code::MalformedBody));
    let secret = send("application/json", "{\"id\": \"Erika Mustermann\"}".to_owned()).await;
    assert_eq!((secret.status, secret.code), (400, Code::MalformedBody));
    assert!(!secret.detail.unwrap().contains("Mustermann"), "what was sent is not repeated");
    let empty = send("application/json", String::new()).await;
    assert_eq!((empty.status, empty.code), (400, Code::MalformedBody));
    let missing = send("application/json", "{}".to_owned()).await;
    assert!(missing.detail.unwrap().starts_with("missing field"));
    let form = send("application/x-www-form-urlencoded", "id=1".to_owned()).await;
    assert_eq!((form.status, form.code), (415, Code::UnsupportedMediaType));
    let deep = send("application/json", "[".repeat(100_000)).await;
    assert_eq!((deep.status, deep.code), (400, Code::MalformedBody));
    let huge = send("application/json", format!("\"{}\"", "x".repeat(400_000))).await;
    assert_eq!((huge.status, huge.code), (413, Code::TooLarge));
    house.close().await;
}

#[tokio::test]
async fn unknown_things_and_methods_are_problems_too() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let unknown = uuid::Uuid::now_v7();
    for path in [
        format!("/api/consults/{unknown}"),
        "/api/consults/not-an-id".to_owned(),
        format!("/api/consults/{unknown}/match"),
        format!("/api/studies/{unknown}/instances"),
        "/api/nothing".to_owned(),
        "/nothing".to_owned(),
        "/assets/../../etc/passwd".to_owned(),
        "/%2e%2e/secret".to_owned(),
    ] {
        assert_eq!(code(referrer.get(&path).await).await, (404, Code::NotFound), "{path}");
    }
    let acted = referrer.post(&format!("/api/consults/{unknown}/actions"), &json!({"type": "accept"})).await;
    assert_eq!(code(acted).await, (404, Code::NotFound));
    let ticket = referrer.post(&format!("/api/consults/{unknown}/ticket"), &json!({"device": DEVICE})).await;
    assert_eq!(code(ticket).await, (404, Code::NotFound));
    let query = referrer.get("/api/consults?all=perhaps").await;
    assert_eq!(code(query).await, (400, Code::MalformedRequest));

    let wrong = referrer.request(Method::PUT, "/api/consults").send().await.unwrap();
    let allow = wrong.headers()["allow"].to_str().unwrap().to_owned();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    assert_eq!(code(wrong).await, (405, Code::MethodNotAllowed));
    let page = referrer.request(Method::POST, "/refer/").send().await.unwrap();
    assert_eq!(code(page).await, (405, Code::MethodNotAllowed));

    let options = referrer.request(Method::OPTIONS, "/api/consults").send().await.unwrap();
    assert_eq!(options.status(), 204);
    assert!(options.headers()["allow"].to_str().unwrap().contains("POST"));
    assert!(!options.headers().contains_key("access-control-allow-origin"));
    let head = referrer.request(Method::HEAD, "/api/session").send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert!(head.text().await.unwrap().is_empty());
    house.close().await;
}

#[tokio::test]
async fn the_same_request_twice_is_one_consult() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let first = referrer.ask().await;
    let again = json!({
        "id": first.summary.id, "service_id": first.summary.service.id, "urgency": first.summary.urgency
    });
    let answer = referrer.post("/api/consults", &again).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["location"], format!("/api/consults/{}", first.summary.id));
    house.close().await;
}

#[tokio::test]
async fn a_body_that_drips_is_answered_and_not_waited_for() {
    let house = House::open_with(|config| config.limits.request_time = Duration::from_secs(2)).await;
    let referrer = house.referrer().await;
    let drops = stream::unfold(tokio::time::interval(Duration::from_secs(1)), |mut clock| async move {
        clock.tick().await;
        Some((Ok::<_, std::io::Error>("{"), clock))
    });
    let request = referrer.request(Method::POST, "/api/consults").header("content-type", "application/json");
    let answer = request.body(reqwest::Body::wrap_stream(drops)).send().await.unwrap();
    assert_eq!(code(answer).await, (408, Code::MalformedRequest));
    house.close().await;
}
