//! Live events: who hears what, and what a reconnect hears.

use crate::stage::{NIGHT, Stage};
use futures_util::{Stream, StreamExt};
use schemas::{
    ConsultId, UnixMillis,
    consult::{Action, ClockStamp, ConsultState},
    directory::Role,
    events::LiveEvent,
    guest::{GuestPart, InviteGuest},
    privacy::BreakGlass,
};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use telekonsil::app::{Actor, App, LiveItem};

type Live = Pin<Box<dyn Stream<Item = LiveItem> + Send>>;

/// Far longer than anything here takes: a missing event fails, a slow machine does not.
const PATIENCE: Duration = Duration::from_secs(20);

/// The node's reader; ends with the test.
struct Reader(tokio::task::JoinHandle<()>);

impl Reader {
    fn start(app: &Arc<App>) -> Self {
        let app = Arc::clone(app);
        Self(tokio::spawn(async move { app.run_live(std::future::pending()).await }))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn listen(app: &Arc<App>, actor: &Actor, last: Option<i64>) -> Live {
    let mut live: Live = Box::pin(app.live(actor, last).await.expect("listens"));
    assert_eq!(next(&mut live).await.event, LiveEvent::Hello);
    live
}

async fn next(live: &mut Live) -> LiveItem {
    tokio::time::timeout(PATIENCE, live.next()).await.expect("something comes").expect("the stream lives")
}

/// Reads until it comes; returns everything up to it.
async fn until(live: &mut Live, wanted: impl Fn(&LiveEvent) -> bool) -> Vec<LiveItem> {
    let mut seen = vec![];
    loop {
        seen.push(next(live).await);
        if wanted(&seen.last().expect("just pushed").event) {
            return seen;
        }
    }
}

/// An hour in which so many events are written, by turns in so many consults; the last event of each.
async fn busy_hour(stage: &Stage, consults: i64, events: i64) -> BTreeMap<ConsultId, i64> {
    let mut ids = vec![];
    for _ in 0..consults {
        ids.push(stage.emergency().await);
        stage.turn(3_600 / consults);
    }
    let mut ends = BTreeMap::new();
    for (n, id) in (0..events).zip(ids.into_iter().cycle()) {
        let at = UnixMillis(NIGHT.0 - n);
        let stamp = Action::Stamp { stamp: ClockStamp::Door, at };
        ends.insert(id, stage.act(&stage.referrer, id, stamp).await.expect("is noted").summary.seq);
    }
    ends
}

/// Waits until the node has read its log to the end; the position of that.
async fn caught_up(stage: &Stage) -> Option<i64> {
    let end = stage.repo.last_position().await.expect("reads");
    loop {
        let mut live: Live = Box::pin(stage.app.live(&stage.referrer, None).await.expect("listens"));
        if next(&mut live).await.position == Some(end) {
            return Some(end);
        }
        tokio::task::yield_now().await;
    }
}

fn in_state(event: &LiveEvent, state: ConsultState) -> bool {
    matches!(event, LiveEvent::Consult { summary } if summary.state == state)
}

on_both! {
    async fn the_rung_are_rung_and_each_sees_only_what_they_may(fixture) {
        let stage = Stage::new(&fixture).await;
        let _reader = Reader::start(&stage.app);
        let mut referrer = listen(&stage.app, &stage.referrer, None).await;
        let mut stranger = listen(&stage.app, &stage.stranger, None).await;
        let mut first = listen(&stage.app, &stage.first, None).await;
        let mut second = listen(&stage.app, &stage.second, None).await;
        let id = stage.emergency().await;
        until(&mut referrer, |event| in_state(event, ConsultState::Ringing)).await;
        let heard = until(&mut first, |event| in_state(event, ConsultState::Ringing)).await;
        assert!(matches!(&heard[0].event, LiveEvent::Ring { summary, .. } if summary.id == id));

        // A page that connects while it rings hears it again.
        let mut late: Live = Box::pin(stage.app.live(&stage.first, None).await.unwrap());
        assert_eq!(next(&mut late).await.event, LiveEvent::Hello);
        assert!(matches!(next(&mut late).await.event, LiveEvent::Ring { .. }));

        stage.pass(20).await;
        until(&mut first, |event| matches!(event, LiveEvent::RingEnded { .. })).await;
        until(&mut second, |event| matches!(event, LiveEvent::Ring { .. })).await;
        stage.act(&stage.second, id, Action::Accept).await.unwrap();
        until(&mut referrer, |event| in_state(event, ConsultState::Accepted)).await;

        // The stranger's own consult is the first thing that the stranger hears.
        let new = stage.request().await;
        stage.app.create(&stage.stranger, "s", new.clone()).await.unwrap();
        let item = next(&mut stranger).await;
        assert!(matches!(item.event, LiveEvent::Consult { summary } if summary.id == new.id));
    }

    async fn a_reconnect_with_the_last_position_misses_nothing_and_hears_nothing_twice(fixture) {
        let stage = Stage::new(&fixture).await;
        let _reader = Reader::start(&stage.app);
        let mut live = listen(&stage.app, &stage.referrer, None).await;
        let id = stage.emergency().await;
        let last = until(&mut live, |event| in_state(event, ConsultState::Ringing)).await.pop().unwrap().position;
        assert!(last.is_some());
        drop(live);
        stage.pass(20).await;
        stage.act(&stage.second, id, Action::Accept).await.unwrap();
        let mut live = listen(&stage.app, &stage.referrer, last).await;
        let item = next(&mut live).await;
        assert!(in_state(&item.event, ConsultState::Accepted));
        assert!(item.position > last);
        stage.act(&stage.referrer, id, Action::Cancel { reason: "verlegt".into() }).await.unwrap();
        let seen = until(&mut live, |event| in_state(event, ConsultState::Cancelled)).await;
        assert!(seen.iter().all(|item| item.position.is_none_or(|position| Some(position) > last)));

        // Another node, and no last position: hello alone, then what happens.
        let other = stage.node("b");
        let _other_reader = Reader::start(&other);
        let mut far = listen(&other, &stage.referrer, None).await;
        let id = stage.emergency().await;
        let item = next(&mut far).await;
        assert!(matches!(item.event, LiveEvent::Consult { summary } if summary.id == id), "found without a bell");
    }

    async fn an_hour_offline_is_told_in_order(fixture) {
        let stage = Stage::new(&fixture).await;
        let _reader = Reader::start(&stage.app);
        let last = caught_up(&stage).await;
        // More than one page of the log.
        let mut missed = busy_hour(&stage, 20, 600).await;
        let end = caught_up(&stage).await;
        let mut live: Live = Box::pin(stage.app.live(&stage.referrer, last).await.unwrap());
        let hello = next(&mut live).await;
        assert_eq!((hello.event, hello.position), (LiveEvent::Hello, last));
        let mut told = last;
        while told < end {
            let item = next(&mut live).await;
            let LiveEvent::Consult { summary } = item.event else { continue };
            assert!(item.position > told, "{:?} after {told:?}", item.position);
            told = item.position;
            if missed.get(&summary.id) == Some(&summary.seq) {
                missed.remove(&summary.id);
            }
        }
        assert!(missed.is_empty(), "{} consults are not told as they stand", missed.len());
    }

    async fn too_long_away_begins_anew(fixture) {
        let stage = Stage::new(&fixture).await;
        let _reader = Reader::start(&stage.app);
        let last = caught_up(&stage).await;
        // More than is told again one by one.
        busy_hour(&stage, 20, 2_001).await;
        let end = caught_up(&stage).await;
        let mut live: Live = Box::pin(stage.app.live(&stage.referrer, last).await.unwrap());
        let hello = next(&mut live).await;
        assert_eq!((hello.event, hello.position), (LiveEvent::Hello, end));
        let id = stage.emergency().await;
        let item = next(&mut live).await;
        assert!(matches!(item.event, LiveEvent::Consult { summary } if summary.id == id), "nothing of before");
    }

    async fn arriving_images_and_a_new_rota_are_told(fixture) {
        let stage = Stage::new(&fixture).await;
        let _reader = Reader::start(&stage.app);
        let id = stage.emergency().await;
        let params = imaging::phantom::Params { slices: 3, size: 32, ..Default::default() };
        let study_instance_uid = imaging::phantom::study_instance_uid(&params);
        let declared = schemas::consult::DeclareStudy { study_instance_uid, instances: 3 };
        stage.app.declare_study(&stage.referrer, id, declared).await.unwrap();
        let mut referrer = listen(&stage.app, &stage.referrer, None).await;
        let mut coordinator = listen(&stage.app, &stage.coordinator, None).await;
        for (_, object) in imaging::phantom::generate(&params) {
            stage.app.store_object(&stage.referrer, None, object.into()).await.unwrap();
        }
        until(&mut referrer, |event| matches!(event, LiveEvent::StudyProgress { consult_id } if *consult_id == id)).await;
        stage.repo.write_directory(&Default::default()).await.unwrap();
        let heard = until(&mut coordinator, |event| *event == LiveEvent::Board).await;
        assert!(!heard.iter().any(|item| matches!(item.event, LiveEvent::StudyProgress { .. })), "not the coordinator's");
    }

    async fn a_listener_that_does_not_read_is_ended(fixture) {
        let stage = Stage::new(&fixture).await;
        let _reader = Reader::start(&stage.app);
        let mut slow = listen(&stage.app, &stage.referrer, None).await;
        let mut quick = listen(&stage.app, &stage.referrer, None).await;
        let id = stage.emergency().await;
        // Each round trip of the quick one is a batch of its own; the slow one reads none of 300.
        for n in 0..300 {
            let fields = schemas::consult::CaseFields { question: Some(format!("Frage {n}")), ..Default::default() };
            stage.act(&stage.referrer, id, Action::CompleteFields { fields }).await.unwrap();
            next(&mut quick).await;
        }
        let rest = tokio::time::timeout(PATIENCE, slow.by_ref().count()).await.expect("the stream ends");
        assert!(rest < 300, "{rest}");
    }

    async fn the_team_hears_a_guest_and_the_data_protection_role_a_notice(fixture) {
        let stage = Stage::new(&fixture).await;
        let _reader = Reader::start(&stage.app);
        let app = &stage.app;
        let id = stage.accepted().await;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        let mut referrer = listen(app, &stage.referrer, None).await;
        let mut coordinator = listen(app, &stage.coordinator, None).await;
        let mut officer = listen(app, &officer, None).await;
        let wanted = InviteGuest { id: schemas::GuestId(uuid::Uuid::now_v7()), name: "Frau Gast".into(), part: GuestPart::Relative };
        let guest_id = app.invite_guest(&stage.first, id, wanted).await.unwrap().guest_id;
        app.guest_waits(id, guest_id).await.unwrap();
        let waits = LiveEvent::GuestWaits { consult_id: id, guest_id };
        until(&mut referrer, |event| *event == waits).await;
        let heard = until(&mut coordinator, |event| {
            matches!(event, LiveEvent::Consult { summary } if summary.waiting_guests == 1)
        })
        .await;
        assert!(heard.iter().all(|item| item.event != waits), "who does not host is not called to the door");

        let broken = BreakGlass { consult: id.to_string(), reason: "Patient ist jetzt hier".into() };
        app.break_glass(&stage.stranger, broken).await.unwrap();
        // Nothing of the consult, only that there is something to read.
        let heard = until(&mut officer, |event| *event == LiveEvent::Notice).await;
        assert!(heard.iter().all(|item| matches!(item.event, LiveEvent::Notice | LiveEvent::Board)));
    }

    async fn a_consult_that_cannot_be_read_hides_no_other(fixture) {
        let stage = Stage::new(&fixture).await;
        let _reader = Reader::start(&stage.app);
        let app = &stage.app;
        let broken = stage.emergency().await;
        // Written by a newer release, and a snapshot of another form.
        fixture.tamper("UPDATE consult_events SET version = 99").await;
        fixture.tamper("UPDATE consults SET detail = '{}'").await;
        let new = stage.emergency().await;
        assert!(app.detail(&stage.referrer, broken).await.is_err());
        let listed: Vec<_> = app.consults(&stage.referrer, &Default::default()).await.unwrap().iter().map(|one| one.id).collect();
        assert_eq!(listed, [new]);
        assert_eq!(app.board(&stage.coordinator).await.unwrap().consults.len(), 1);
        caught_up(&stage).await;
        // From the beginning of the log, over both of them.
        let mut live = listen(app, &stage.referrer, Some(0)).await;
        let item = next(&mut live).await;
        assert!(matches!(item.event, LiveEvent::Consult { summary } if summary.id == new));
    }

    async fn a_telephone_hears_of_its_consult_alone(fixture) {
        let stage = Stage::new(&fixture).await;
        let _reader = Reader::start(&stage.app);
        let app = &stage.app;
        let id = stage.accepted().await;
        let phone = Actor { only_consult: Some(id), ..stage.first.clone() };
        let mut live = listen(app, &phone, None).await;
        let other = stage.emergency().await;
        stage.act(&stage.first, other, Action::PassOn { ring_id: None }).await.unwrap();
        // The directory changes, and the stream stays what it was.
        stage.make_exclusive().await;
        stage.newcomer(&stage.first, Role::Referrer).await;
        stage.act(&stage.referrer, id, Action::Cancel { reason: "".into() }).await.unwrap();
        let heard = until(&mut live, |event| in_state(event, ConsultState::Cancelled)).await;
        for item in heard {
            match item.event {
                LiveEvent::Consult { summary } => assert_eq!(summary.id, id),
                // The end of the ring that was accepted.
                LiveEvent::RingEnded { consult_id, .. } => assert_eq!(consult_id, id),
                LiveEvent::Board => {}
                event => panic!("{event:?}"),
            }
        }
    }
}
