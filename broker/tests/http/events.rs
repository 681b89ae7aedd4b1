//! The live event stream.

use crate::house::{Browser, House, code};
use reqwest::{Method, Response};
use schemas::events::LiveEvent;
use schemas::problem::ProblemCode as Code;
use std::time::Duration;

/// Reads server-sent events.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn open(browser: &Browser, last: Option<i64>) -> Self {
        let mut request = browser.request(Method::GET, "/api/events");
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-cache");
        Self { response, text: String::new() }
    }

    /// The next event; `None` when the stream ended.
    async fn next(&mut self) -> Option<(Option<i64>, LiveEvent)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let event = event.to_owned();
                self.text = rest.to_owned();
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                if let Some(data) = field("data:") {
                    return Some((field("id:").map(|id| id.parse().unwrap()), serde_json::from_str(data).unwrap()));
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk()).await.expect("an event");
            match chunk.ok().flatten() {
                Some(bytes) => self.text.push_str(std::str::from_utf8(&bytes).unwrap()),
                None => return None,
            }
        }
    }

    /// Reads until `wanted` finds what it looks for.
    async fn until<T>(&mut self, wanted: impl Fn(Option<i64>, &LiveEvent) -> Option<T>) -> T {
        loop {
            let (id, event) = self.next().await.expect("the stream goes on");
            if let Some(found) = wanted(id, &event) {
                return found;
            }
        }
    }
}

#[tokio::test]
async fn whoever_was_away_misses_nothing() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let mut stream = Stream::open(&referrer, None).await;
    assert!(matches!(stream.next().await, Some((_, LiveEvent::Hello))));
    let first = referrer.ask().await.summary.id;
    let position = stream
        .until(|id, event| match event {
            LiveEvent::Consult { summary } if summary.id == first => id,
            _ => None,
        })
        .await;
    drop(stream);

    let second = referrer.ask().await.summary.id;
    let mut again = Stream::open(&referrer, Some(position)).await;
    let seen = again
        .until(|id, event| match event {
            LiveEvent::Consult { summary } if summary.id == second => id,
            _ => None,
        })
        .await;
    assert!(seen > position);
    house.close().await;
}

#[tokio::test]
async fn nobody_hears_of_consults_that_are_not_theirs() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    let mut theirs = Stream::open(&referrer, None).await;
    let mut others = Stream::open(&house.outsider().await, None).await;
    let consult = referrer.ask().await.summary.id;
    theirs
        .until(|_, event| matches!(event, LiveEvent::Consult { summary } if summary.id == consult).then_some(()))
        .await;
    house.close().await;
    // The server has ended: what the other one was going to hear, it has heard.
    while let Some((_, event)) = others.next().await {
        assert!(!matches!(event, LiveEvent::Consult { summary } if summary.id == consult));
    }
}

#[tokio::test]
async fn a_strange_position_is_refused() {
    let house = House::open().await;
    let referrer = house.referrer().await;
    for bad in ["abc", "-1", "1.5", ""] {
        let request = referrer.request(Method::GET, "/api/events").header("last-event-id", bad);
        assert_eq!(code(request.send().await.unwrap()).await, (400, Code::MalformedRequest), "{bad}");
    }
    assert_eq!(code(referrer.get("/api/events?last_event_id=x").await).await, (400, Code::MalformedRequest));
    let mut ahead = Stream::open(&referrer, Some(i64::MAX)).await;
    assert!(ahead.next().await.is_some(), "a position of another database does not silence the stream");
    house.close().await;
}

#[tokio::test]
async fn a_session_hears_by_its_newest_streams() {
    let house = House::open_with(|config| config.limits.streams = 2).await;
    let referrer = house.referrer().await;
    let (mut first, mut second) = (Stream::open(&referrer, None).await, Stream::open(&referrer, None).await);
    let mut another = Stream::open(&house.referrer().await, None).await;
    // A telephone whose old stream hangs somewhere must hear.
    let mut third = Stream::open(&referrer, None).await;
    while first.next().await.is_some() {}
    let consult = referrer.ask().await.summary.id;
    for stream in [&mut second, &mut third, &mut another] {
        stream
            .until(|_, event| matches!(event, LiveEvent::Consult { summary } if summary.id == consult).then_some(()))
            .await;
    }
    house.close().await;
}
