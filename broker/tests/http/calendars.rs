//! A calendar program has no session: the address is all it needs, and all it gets is duties.

use crate::house::House;
use reqwest::Method;
use schemas::feeds::CalendarLink;
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn a_calendar_is_read_at_its_secret_address_and_not_again_while_nothing_is_new() {
    let house = House::open().await;
    let specialist = house.browser(house.demo.specialist).await;
    let id = Uuid::now_v7();
    let wish = json!({"label": "Handy"});
    let made = specialist.request(Method::PUT, &format!("/api/calendars/{id}")).json(&wish).send().await.unwrap();
    assert_eq!(made.status(), 200);
    let link: CalendarLink = made.json().await.unwrap();
    let program = house.stranger();
    let read = program.get(&link.path.0).await;
    assert_eq!(read.status(), 200);
    let head = |name: &str| read.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(head("content-type"), "text/calendar; charset=utf-8");
    let (etag, cache) = (head("etag"), head("cache-control"));
    assert!(cache.contains("private"), "{cache}");
    let text = read.text().await.unwrap();
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n") && text.contains("DTSTART:")
    );
    let again = program.request(Method::GET, &link.path.0).header("if-none-match", &etag).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.text().await.unwrap().as_str()), (304, ""));
    let without_suffix = link.path.0.strip_suffix(".ics").unwrap();
    assert_eq!(program.get(without_suffix).await.status(), 200);
    assert_eq!(program.get("/ical/geraten.ics").await.status(), 404);
    let ended = specialist.request(Method::DELETE, &format!("/api/calendars/{id}")).send().await.unwrap();
    assert_eq!(ended.status(), 204);
    assert_eq!(program.get(&link.path.0).await.status(), 404);
    house.close().await;
}
