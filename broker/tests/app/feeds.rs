//! Duties go out to calendars, absences come in from them.

use crate::stage::Stage;
use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty};
use schemas::{
    CalendarId, FeedId, PersonId,
    directory::Specialty,
    feeds::{FeedEffect, FeedFault, FeedSource, PutCalendar, PutFeed},
    rota::{AbsenceKind, DutyNews},
};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use telekonsil::app::{
    Actor, Error,
    ports::{Fetch, FetchError},
};
use uuid::Uuid;

/// Somebody's calendar server.
pub struct Server(pub Mutex<Result<String, FetchError>>);

#[async_trait::async_trait]
impl Fetch for Server {
    async fn fetch(&self, url: &str, _: usize) -> Result<Vec<u8>, FetchError> {
        assert_eq!(url, "https://calendar.example/geheim.ics");
        self.0.lock().unwrap().clone().map(String::into_bytes)
    }
}

fn calendar(events: &[(&str, &str, &str)]) -> String {
    let event = |(n, (who, from, until)): (usize, &(&str, &str, &str))| {
        format!(
            "BEGIN:VEVENT\r\nUID:{n}@x\r\nDTSTAMP:20261101T000000Z\r\n{who}\r\nDTSTART;VALUE=DATE:{from}\r\n\
             DTEND;VALUE=DATE:{until}\r\nEND:VEVENT\r\n"
        )
    };
    let events: String = events.iter().enumerate().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n")
}

fn feed(person: Option<PersonId>, network: Option<schemas::NetworkId>, source: FeedSource) -> PutFeed {
    PutFeed {
        person,
        network,
        kind: AbsenceKind::Holiday,
        label: "Urlaub".into(),
        zone: "Europe/Berlin".into(),
        source,
    }
}

fn file(text: String) -> FeedSource {
    FeedSource::File { text: text.into() }
}

fn counts(of: &FeedEffect) -> (u32, u32, u32, u32, Vec<&str>) {
    (of.absences, of.new, of.changed, of.gone, of.unknown.iter().map(String::as_str).collect())
}

/// The token of an address that is made under this id.
async fn address(stage: &Stage, actor: &Actor, id: CalendarId, of_service: bool) -> Result<String, Error> {
    let service = stage.service(Specialty::StrokeNeurology).await;
    let wish = PutCalendar { service_id: of_service.then_some(service), label: "Handy".into() };
    let link = stage.app.put_calendar(actor, id, &wish).await?;
    Ok(link.path.0.strip_prefix("/ical/").unwrap().strip_suffix(".ics").unwrap().to_owned())
}

on_both! {
    async fn duties_are_read_at_a_secret_address_until_it_is_revoked(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, first, second, coordinator, .. } = &stage;
        let id = CalendarId(Uuid::now_v7());
        let token = address(&stage, first, id, false).await.unwrap();
        assert_eq!(app.calendars(first).await.unwrap()[0].used_at, None);
        let read = app.calendar_file(&token).await.unwrap();
        let parsed = ICalendar::parse(&read.text).expect("another library reads it");
        let events: Vec<_> = parsed.components.iter().filter(|of| of.component_type == ICalendarComponentType::VEvent).collect();
        assert!(events.len() > 25, "every other week for 400 days: {}", events.len());
        assert!(events.iter().all(|of| of.has_property(&ICalendarProperty::Dtstamp) && of.uid().is_some()));
        // RFC 5545, 3.6: both exactly once.
        assert!(["PRODID", "VERSION"].iter().all(|name| read.text.matches(&format!("\r\n{name}:")).count() == 1));
        let uids: BTreeSet<_> = events.iter().filter_map(|of| of.uid()).collect();
        assert_eq!(uids.len(), events.len());
        let spans = parsed.expand_dates(calcard::common::timezone::Tz::Floating, 0).events;
        let now = stage.now().0 / 1000;
        let running = spans.iter().map(|of| of.timestamps()).find(|(from, until)| *from <= now && now < *until);
        let own = app.duties(first).await.unwrap();
        assert_eq!(running, Some((own[0].from.0 / 1000, own[0].until.0 / 1000)), "UTC, with true ends");
        assert_eq!(app.calendars(first).await.unwrap()[0].used_at, Some(stage.now()));
        stage.turn(600);
        assert_eq!(app.calendar_file(&token).await.unwrap().etag, read.etag, "nothing new");
        let renewed = address(&stage, first, id, false).await.unwrap();
        assert!(matches!(app.calendar_file(&token).await, Err(Error::NotFound)), "another one in its place");
        assert!(matches!(address(&stage, second, id, false).await, Err(Error::NotFound)), "nobody else's");
        assert!(matches!(app.delete_calendar(second, id).await, Err(Error::NotFound)));
        app.delete_calendar(first, id).await.unwrap();
        assert!(matches!(app.calendar_file(&renewed).await, Err(Error::NotFound)));
        let whole = CalendarId(Uuid::now_v7());
        assert!(matches!(address(&stage, first, whole, true).await, Err(Error::NotFound)), "a service is its coordinators'");
        let token = address(&stage, coordinator, whole, true).await.unwrap();
        let text = app.calendar_file(&token).await.unwrap().text;
        assert!(text.contains("Falk") && text.contains("Sommer") && text.contains("Nowak"));
        assert!(matches!(address(&stage, coordinator, CalendarId(Uuid::now_v7()), false).await, Err(Error::Forbidden)));
    }

    async fn a_calendar_of_the_team_is_looked_at_before_and_an_unknown_name_is_said(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, first, coordinator, .. } = &stage;
        let network = Some(first.networks[0]);
        let id = FeedId(Uuid::now_v7());
        let text = calendar(&[
            ("SUMMARY:Urlaub Miriam Falk", "20261208", "20261210"),
            ("SUMMARY:x\r\nATTENDEE:mailto:Sommer@auenstadt.example", "20261214", "20261215"),
            ("SUMMARY:Dr. Unbekannt", "20261206", "20261207"),
            ("SUMMARY:Falk Miriam", "20261208", "20261209"),
            ("SUMMARY:PD Dr. Henrik Sommer", "20251208", "20251209"),
        ]);
        let wish = feed(None, network, file(text));
        let before = app.preview_feed(coordinator, id, &wish).await.unwrap();
        assert_eq!(counts(&before), (2, 2, 0, 0, vec!["Dr. Unbekannt", "Falk Miriam"]));
        assert_eq!((before.examples[0].person.id, before.examples[0].from.as_str()), (first.person_id, "2026-12-08T00:00:00"));
        assert!(app.my_absences(first).await.unwrap().is_empty(), "nothing was written");
        app.put_feed(coordinator, id, &wish).await.unwrap();
        assert_eq!(app.my_absences(first).await.unwrap().len(), 1);
        assert_eq!(app.duty_notes(first).await.unwrap().len(), 1, "told of the duties that are no more");
        let kept = app.feeds(coordinator).await.unwrap().pop().unwrap();
        assert_eq!((kept.absences, kept.unknown.len(), kept.host), (2, 2, None));
        let moved = calendar(&[("SUMMARY:Urlaub Miriam Falk", "20261208", "20261211")]);
        let effect = app.put_feed(coordinator, id, &feed(None, network, file(moved))).await.unwrap();
        assert_eq!(counts(&effect), (1, 0, 1, 1, vec![]));
        assert_eq!(app.my_absences(first).await.unwrap()[0].until, "2026-12-11T00:00:00");
        let broken = app.put_feed(coordinator, id, &feed(None, network, file("<html>".into()))).await.unwrap();
        assert_eq!(broken.fault, Some(FeedFault::NotACalendar));
        assert_eq!(app.my_absences(first).await.unwrap().len(), 1, "a broken file changes nothing");
        assert!(matches!(app.put_feed(first, FeedId(Uuid::now_v7()), &wish).await, Err(Error::NotFound)));
        app.delete_feed(coordinator, id).await.unwrap();
        assert!(app.my_absences(first).await.unwrap().is_empty() && app.feeds(coordinator).await.unwrap().is_empty());
    }

    async fn a_feed_is_read_again_by_one_node_and_keeps_its_last_good_state(fixture) {
        let server = Arc::new(Server(Mutex::new(Ok(calendar(&[("SUMMARY:frei", "20261201", "20261203")])))));
        let stage = Stage::with_server(&fixture, server.clone()).await;
        let Stage { app, first, second, coordinator, .. } = &stage;
        let id = FeedId(Uuid::now_v7());
        let url = FeedSource::Url { url: "webcal://calendar.example/geheim.ics".into() };
        let wish = feed(Some(first.person_id), None, url);
        assert!(matches!(app.put_feed(second, id, &wish).await, Err(Error::NotFound)), "one's own alone");
        assert_eq!(counts(&app.put_feed(first, id, &wish).await.unwrap()), (1, 1, 0, 0, vec![]));
        assert_eq!(app.feeds(first).await.unwrap()[0].host.as_deref(), Some("calendar.example"));
        *server.0.lock().unwrap() = Ok(calendar(&[("SUMMARY:frei", "20261201", "20261205")]));
        let turn = || async {
            let (a, b) = (stage.node("a"), stage.node("b"));
            let (mut one, mut other) = (BTreeSet::new(), BTreeSet::new());
            let (first, second) = tokio::join!(a.keep_duties(&mut one), b.keep_duties(&mut other));
            first.and(second).unwrap();
        };
        turn().await;
        assert_eq!(app.my_absences(first).await.unwrap()[0].until, "2026-12-03T00:00:00", "not due yet");
        stage.turn(901);
        turn().await;
        assert_eq!(app.my_absences(first).await.unwrap()[0].until, "2026-12-05T00:00:00");
        *server.0.lock().unwrap() = Err(FetchError::Status(500));
        for _ in 0..2 {
            stage.turn(901);
            turn().await;
        }
        assert_eq!(app.my_absences(first).await.unwrap().len(), 1, "what was read stays");
        let shown = app.feeds(first).await.unwrap().pop().unwrap();
        assert_eq!((shown.fault, shown.failed_at), (Some(FeedFault::Unreachable), Some(stage.now())));
        for who in [first, coordinator] {
            let told = app.duty_notes(who).await.unwrap();
            let broken = told.iter().filter(|note| matches!(note.news, Some(DutyNews::FeedBroken { .. })));
            assert_eq!(broken.count(), 1, "an alarm, once");
        }
        *server.0.lock().unwrap() = Ok(calendar(&[]));
        stage.turn(901);
        turn().await;
        assert!(app.my_absences(first).await.unwrap().is_empty() && app.feeds(first).await.unwrap()[0].fault.is_none());
    }
}
