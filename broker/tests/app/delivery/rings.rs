//! Rings: at least once under one id, the next channel in time, whoever dies meanwhile.

use super::post::{channels, device, everything, kinds, pass, stage};
use schemas::{
    RingId,
    consult::{Action, Receipt, Urgency},
    delivery::{Channel, DeliveryFault, DeliveryReceipt, DeliveryState, PushMessage},
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use telekonsil::{
    app::{Error, Note},
    domain::delivery::Handed,
};
use uuid::Uuid;

on_both! {
    async fn a_ring_goes_by_push_and_by_sms_when_nothing_was_delivered(fixture) {
        let (stage, post) = stage(&fixture).await;
        let id = stage.emergency().await;
        pass(&stage, 0).await;
        let sent = post.take();
        assert_eq!(kinds(&sent), [Channel::Push]);
        let ring = stage.detail(id).await.rings.pop().unwrap();
        let PushMessage::Ring { ring_id, consult_id, urgency, until, receipt, language, hospital, .. } = sent[0].push() else {
            panic!("a ring")
        };
        assert_eq!((ring_id, consult_id, until), (ring.ring_id, id, ring.until));
        assert_eq!((urgency, language.as_str()), (Urgency::Emergency, "de"));
        assert!(!hospital.is_empty());
        assert_eq!(sent[0].topic, ring.ring_id.0.simple().to_string());
        assert_eq!(i64::from(sent[0].ttl), ring.until.seconds_since(stage.now()));

        pass(&stage, 14).await;
        assert!(post.take().is_empty());
        pass(&stage, 1).await;
        let sent = post.take();
        assert_eq!(kinds(&sent), [Channel::Sms]);
        assert_eq!(sent[0].to, "+4915112345678");
        let shown = channels(&stage, id, stage.first.person_id).await;
        let states: Vec<_> = shown.iter().map(|status| (status.channel, status.state, status.fault)).collect();
        let no_page = (Channel::App, DeliveryState::Failed, Some(DeliveryFault::NoAddress));
        assert_eq!(states, [no_page, (Channel::Push, DeliveryState::Sent, None), (Channel::Sms, DeliveryState::Sent, None)]);

        // The device comes back late: from here on nothing else begins, and the timeline knows.
        let receipt = DeliveryReceipt { receipt, state: DeliveryState::Delivered };
        stage.app.take_receipt(&receipt).await.unwrap();
        stage.app.take_receipt(&receipt).await.unwrap();
        let ring = stage.detail(id).await.rings.into_iter().find(|other| other.ring_id == ring.ring_id).unwrap();
        assert_eq!(ring.delivered_at, Some(stage.now()));
        assert!(stage.app.contact_settings(&stage.first).await.unwrap().devices[0].delivered_at.is_some());
        pass(&stage, 4).await;
        assert!(post.take().is_empty());
        stage.verify_chain(id).await;
    }

    async fn somebody_without_any_channel_is_rung_all_the_same_and_everybody_sees_why_nothing_came(fixture) {
        let (stage, post) = stage(&fixture).await;
        let id = stage.emergency().await;
        pass(&stage, 20).await;
        post.take();
        // The second one has nothing but an address: no page, no device, no number. E-mail begins at once.
        pass(&stage, 3).await;
        let sent = post.take();
        assert_eq!(kinds(&sent), [Channel::Email]);
        let shown = channels(&stage, id, stage.second.person_id).await;
        let states: Vec<_> = shown.iter().map(|status| (status.channel, status.state)).collect();
        let failed = DeliveryState::Failed;
        assert_eq!(states, [(Channel::App, failed), (Channel::Push, failed), (Channel::Email, DeliveryState::Sent)]);
        assert!(matches!(stage.app.deliveries(&stage.first, id).await, Err(Error::Forbidden)));
        assert!(matches!(stage.app.deliveries(&stage.stranger, id).await, Err(Error::NotFound)));
        assert_eq!(stage.app.deliveries(&stage.colleague, id).await.unwrap().len(), 2);
    }

    async fn a_page_that_is_open_is_a_channel_and_its_receipt_stops_the_others(fixture) {
        let (stage, post) = stage(&fixture).await;
        let live = { let app = Arc::clone(&stage.app); tokio::spawn(async move { app.run_live(std::future::pending()).await }) };
        let page = stage.app.live(&stage.first, None).await.unwrap();
        let mut page = Box::pin(page);
        let id = stage.emergency().await;
        let ring = stage.detail(id).await.rings.pop().unwrap();
        let heard = async {
            use futures_util::StreamExt;
            while let Some(item) = page.next().await {
                if matches!(&item.event, schemas::events::LiveEvent::Ring { ring: other, .. } if other.ring_id == ring.ring_id) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), heard).await.expect("the page hears it");
        pass(&stage, 0).await;
        let status = channels(&stage, id, stage.first.person_id).await;
        assert_eq!((status[0].channel, status[0].state), (Channel::App, DeliveryState::Sent));
        let receipt = Action::RingReceipt { ring_id: ring.ring_id, receipt: Receipt::Seen };
        stage.act(&stage.first, id, receipt).await.unwrap();
        let status = channels(&stage, id, stage.first.person_id).await;
        assert_eq!((status[0].state, status[0].delivered_at), (DeliveryState::Seen, Some(stage.now())));
        post.take();
        pass(&stage, 16).await;
        assert!(post.take().is_empty(), "nobody is written to who looks at it");
        live.abort();
    }

    async fn an_answer_stops_the_channels_and_takes_the_ring_off_the_devices(fixture) {
        let (stage, post) = stage(&fixture).await;
        let id = stage.emergency().await;
        pass(&stage, 0).await;
        let ring = stage.detail(id).await.rings.pop().unwrap();
        post.take();
        stage.act(&stage.first, id, Action::Accept).await.unwrap();
        pass(&stage, 0).await;
        let sent = post.take();
        assert_eq!(kinds(&sent), [Channel::Push]);
        let PushMessage::RingEnded { ring_id, .. } = sent[0].push() else { panic!("the end") };
        assert_eq!(ring_id, ring.ring_id);
        assert_eq!(sent[0].topic, ring.ring_id.0.simple().to_string(), "takes the ring's place at the push service");
        let status = channels(&stage, id, stage.first.person_id).await;
        assert_eq!(status.iter().find(|one| one.channel == Channel::App).unwrap().state, DeliveryState::Answered);
        pass(&stage, 60).await;
        assert!(post.take().is_empty());
    }

    /// `kill -9` between the commit and the sending: another process sends it, once, under the same id.
    async fn what_was_decided_is_sent_by_whoever_comes_back(fixture) {
        let (mut stage, post) = stage(&fixture).await;
        let id = stage.emergency().await;
        let ring = stage.detail(id).await.rings.pop().unwrap().ring_id;
        let new = stage.node("a");
        let old = std::mem::replace(&mut stage.app, new);
        stage.app.deliver_all().await.unwrap();
        old.deliver_all().await.unwrap();
        let sent = post.take();
        assert_eq!(kinds(&sent), [Channel::Push]);
        assert!(matches!(sent[0].push(), PushMessage::Ring { ring_id, .. } if ring_id == ring));
    }

    /// Killed while it was sending: the attempt is repeated under the same id, the channel is not begun again.
    async fn an_attempt_whose_node_died_is_repeated(fixture) {
        let (stage, post) = stage(&fixture).await;
        post.hangs(Some(Channel::Push));
        let id = Uuid::now_v7();
        let note = Note { id, person: stage.first.person_id, de: "Dienst".to_owned(), en: "Duty".to_owned() };
        stage.app.notify(&[note]).await.unwrap();
        let dying = { let app = Arc::clone(&stage.app); tokio::spawn(async move { app.deliver_all().await }) };
        let mut sent = post.take();
        while sent.is_empty() {
            tokio::task::yield_now().await;
            sent = post.take();
        }
        dying.abort();
        let _ = dying.await;
        post.hangs(None);
        let other = stage.node("b");
        stage.turn(19);
        other.deliver_all().await.unwrap();
        assert_eq!(kinds(&post.take()), [Channel::Email], "the next channel does not wait for it");
        stage.turn(1);
        other.deliver_all().await.unwrap();
        let again = post.take();
        assert_eq!(kinds(&again), [Channel::Push]);
        let ids = [&sent[0], &again[0]].map(|sent| match sent.push() {
            PushMessage::Note { message_id, .. } => message_id,
            _ => panic!("a note"),
        });
        assert_eq!(ids, [id, id]);
    }

    async fn two_nodes_never_both_begin_a_channel(fixture) {
        let (stage, post) = stage(&fixture).await;
        everything(&stage, &stage.second).await;
        let (one, other) = (stage.node("a"), stage.node("b"));
        let mut wanted: BTreeMap<RingId, u32> = BTreeMap::new();
        for round in 0..6 {
            let id = stage.emergency().await;
            wanted.extend(stage.detail(id).await.rings.iter().map(|ring| (ring.ring_id, 0)));
            let work = [&one, &other, &one, &other].map(|app| { let app = Arc::clone(app); tokio::spawn(async move { app.deliver_all().await }) });
            for work in work {
                work.await.unwrap().unwrap();
            }
            assert_eq!(wanted.len(), round + 1);
        }
        for sent in post.take() {
            if let PushMessage::Ring { ring_id, .. } = sent.push() {
                *wanted.get_mut(&ring_id).unwrap() += 1;
            }
        }
        assert!(wanted.values().all(|count| *count == 1), "{wanted:?}");
    }

    async fn a_push_service_that_is_down_is_tried_again_and_one_that_refuses_is_not_waited_for(fixture) {
        let (stage, post) = stage(&fixture).await;
        post.answers(Channel::Push, Handed::Again { after_seconds: Some(5) });
        let id = stage.emergency().await;
        pass(&stage, 0).await;
        assert_eq!(kinds(&post.take()), [Channel::Push]);
        pass(&stage, 4).await;
        assert!(post.take().is_empty(), "it asked for quiet");
        post.answers(Channel::Push, Handed::Failed(DeliveryFault::Refused));
        pass(&stage, 1).await;
        assert_eq!(kinds(&post.take()), [Channel::Push, Channel::Sms], "and at once the next one");
        let push = channels(&stage, id, stage.first.person_id).await.into_iter().find(|one| one.channel == Channel::Push).unwrap();
        assert_eq!((push.state, push.fault, push.attempts), (DeliveryState::Failed, Some(DeliveryFault::Refused), 2));
    }

    async fn a_device_that_is_gone_is_forgotten_and_the_others_are_woken(fixture) {
        let (stage, post) = stage(&fixture).await;
        device(&stage, &stage.first).await;
        post.answers(Channel::Push, Handed::Failed(DeliveryFault::Gone));
        let id = stage.emergency().await;
        pass(&stage, 0).await;
        assert_eq!(post.take().len(), 2);
        assert!(stage.app.contact_settings(&stage.first).await.unwrap().devices.is_empty());
        let shown = channels(&stage, id, stage.first.person_id).await;
        assert_eq!(shown.iter().find(|one| one.channel == Channel::Push).unwrap().fault, Some(DeliveryFault::Gone));
    }

    async fn a_clock_that_jumps_loses_no_message_and_sends_none_twice(fixture) {
        let (stage, post) = stage(&fixture).await;
        let id = stage.emergency().await;
        pass(&stage, 0).await;
        assert_eq!(kinds(&post.take()), [Channel::Push]);
        stage.turn(-3600);
        stage.app.deliver_all().await.unwrap();
        assert!(post.take().is_empty());
        // Rung by the clock that is.
        let other = stage.emergency().await;
        stage.app.deliver_all().await.unwrap();
        assert_eq!(kinds(&post.take()), [Channel::Push]);
        stage.turn(3600 + 15);
        stage.app.deliver_all().await.unwrap();
        let sent = post.take();
        // The one goes on by SMS, the other's time is over.
        assert_eq!(kinds(&sent), [Channel::Sms]);
        let over = channels(&stage, other, stage.first.person_id).await;
        assert!(over.iter().all(|one| one.channel != Channel::Sms));
        assert!(channels(&stage, id, stage.first.person_id).await.iter().any(|one| one.channel == Channel::Sms));
    }
}
