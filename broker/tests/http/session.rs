//! Signing in and out.

use crate::house::{Browser, House, code, problem};
use reqwest::Method;
use schemas::problem::ProblemCode as Code;
use schemas::session::{Me, PhoneLink};
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "ein langes Kennwort 1";

async fn add(house: &House, email: &str) {
    house.add_referrer(house.demo.referrer, email, Some(PASSWORD)).await;
}

#[tokio::test]
async fn a_password_signs_in_and_signing_out_ends_the_session() {
    let house = House::open().await;
    add(&house, "test@haus.example").await;
    let mut browser = house.stranger();
    let answer = browser.post("/api/session", &json!({"email": " Test@Haus.example", "password": PASSWORD})).await;
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["tk_session=", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(part), "{part}");
    }
    assert!(!cookie.contains("Domain"), "host-only");
    let me: Me = answer.json().await.unwrap();
    assert_eq!(me.home, "/refer/");
    let home = browser.get("/").await;
    assert_eq!((home.status().as_u16(), home.headers()["location"].to_str().unwrap()), (303, "/refer/"));

    let stolen = cookie.split(';').next().unwrap().to_owned();
    browser.csrf = Some(me.csrf_token.0);
    assert_eq!(browser.request(Method::DELETE, "/api/session").send().await.unwrap().status(), 204);
    let after = house.stranger().request(Method::GET, "/api/session").header("cookie", stolen);
    assert_eq!(code(after.send().await.unwrap()).await, (401, Code::NotSignedIn));
    let home = browser.get("/").await;
    assert_eq!(home.headers()["location"], "/login/");
    house.close().await;
}

#[tokio::test]
async fn guessing_a_password_is_slowed_down() {
    let house = House::open_with(|config| config.limits.sign_in_failures = 3).await;
    add(&house, "test@haus.example").await;
    let browser = house.stranger();
    let wrong = json!({"email": "test@haus.example", "password": "geraten"});
    for _ in 0..3 {
        assert_eq!(code(browser.post("/api/session", &wrong).await).await, (401, Code::WrongCredentials));
    }
    let right = json!({"email": "TEST@haus.example", "password": PASSWORD});
    let answer = browser.post("/api/session", &right).await;
    let wait: u32 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait));
    assert_eq!(code(answer).await, (429, Code::TooManyRequests));
    let other = browser.post("/api/session", &json!({"email": "other@haus.example", "password": "x"})).await;
    assert_eq!(code(other).await, (401, Code::WrongCredentials), "other accounts are not locked");
    house.close().await;
}

#[tokio::test]
async fn a_link_works_once_and_only_for_its_owner() {
    let house = House::open().await;
    let token = house.server.app.create_link(house.demo.specialist, Duration::from_secs(60)).await.unwrap();
    let path = format!("/enter?token={token}");
    let scanner = house.stranger();
    assert_eq!(scanner.request(Method::HEAD, &path).send().await.unwrap().status(), 204);
    let prefetch = scanner.request(Method::GET, &path).header("sec-purpose", "prefetch").send().await.unwrap();
    assert_eq!(prefetch.status(), 204);

    let owner = house.stranger();
    let entered = owner.get(&path).await;
    assert_eq!((entered.status().as_u16(), entered.headers()["location"].to_str().unwrap()), (303, "/oncall/"));
    assert_eq!(entered.headers()["referrer-policy"], "no-referrer");
    assert_eq!(entered.headers()["cache-control"], "no-store");
    assert_eq!(owner.get("/api/session").await.status(), 200);

    let again = house.stranger().get(&path).await;
    assert_eq!(
        (again.status().as_u16(), again.headers()["location"].to_str().unwrap()),
        (303, "/login/?problem=link_used")
    );
    assert!(!again.headers().contains_key("set-cookie"));
    for bad in ["/enter", "/enter?token=", "/enter?token=x&token=y", "/enter?token=%ff"] {
        assert_eq!(house.stranger().get(bad).await.status(), 303, "{bad}");
    }
    let outdated = house.server.app.create_link(house.demo.specialist, Duration::ZERO).await.unwrap();
    let late = house.stranger().get(&format!("/enter?token={outdated}")).await;
    assert_eq!(late.headers()["location"], "/login/?problem=link_used");
    house.close().await;
}

#[tokio::test]
async fn a_telephone_that_its_owner_is_rung_on_stays_signed_in() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let asked = referrer.ask().await.summary;
    let (consult, rung) = (asked.id, asked.ringing[0].id);
    let specialist = house.browser(rung).await;
    assert_eq!(specialist.act(consult, &json!({"type": "accept"})).await.status(), 200);
    let code_of = async || {
        let link: PhoneLink =
            specialist.post(&format!("/api/consults/{consult}/phone-link"), &json!({})).await.json().await.unwrap();
        json!({"token": link.path.0.strip_prefix("/phone/#").unwrap()})
    };
    let redeem = async |browser: &Browser, code: &Value| browser.post("/api/session/link", code).await;

    // The telephone that runs the on-call page.
    let phone = house.browser(rung).await;
    let own = code_of().await;
    let answer = redeem(&phone, &own).await;
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key("set-cookie"));
    let me: Me = answer.json().await.unwrap();
    assert_eq!((me.home, me.only_consult), (format!("/room/{consult}"), None));
    let still: Me = phone.get("/api/session").await.json().await.unwrap();
    assert_eq!((still.home.as_str(), still.only_consult), ("/oncall/", None));
    assert_eq!(code(redeem(&house.stranger(), &own).await).await, (410, Code::LinkUsed), "burnt all the same");

    // Another telephone, and one that somebody else is signed in on.
    for other in [house.stranger(), house.browser(house.demo.coordinator).await] {
        let answer = redeem(&other, &code_of().await).await;
        assert!(answer.headers().contains_key("set-cookie"));
        let me: Me = answer.json().await.unwrap();
        assert_eq!((me.home, me.only_consult), (format!("/room/{consult}"), Some(consult)));
        assert_eq!(me.person.id, rung);
    }
    house.close().await;
}

#[tokio::test]
async fn guessing_a_link_is_slowed_down_wherever_it_is_tried() {
    let house = House::open().await;
    let browser = house.stranger();
    for n in 0..15 {
        assert_eq!(browser.get(&format!("/enter?token=guess{n}")).await.status(), 303);
        let guess = json!({"token": format!("guess{n}")});
        assert_eq!(code(browser.post("/api/session/link", &guess).await).await, (410, Code::LinkUsed));
    }
    assert_eq!(code(browser.get("/enter?token=x").await).await, (429, Code::TooManyRequests));
    house.close().await;
}

#[tokio::test]
async fn an_empty_sign_in_is_a_wrong_one() {
    let house = House::open().await;
    let empty = house.stranger().post("/api/session", &json!({"email": "", "password": ""})).await;
    let refused = problem(empty).await;
    assert!(matches!(refused.code, Code::WrongCredentials | Code::InvalidField), "{refused:?}");
    house.close().await;
}
