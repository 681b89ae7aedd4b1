//! The self-test at the beginning of a shift.

use super::post::{device, kinds, pass, stage};
use schemas::delivery::{
    BeginSelfTest, Channel, DeliveryFault, DeliveryReceipt, DeliveryState, PushMessage, SelfTestReport,
};
use telekonsil::{app::Error, domain::delivery::Handed};
use uuid::Uuid;

const HEARD: SelfTestReport = SelfTestReport { sound: Some(true), camera: None, microphone: None, path: Some(true) };

on_both! {
    async fn a_push_that_comes_back_and_a_sound_that_is_heard_pass(fixture) {
        let (stage, post) = stage(&fixture).await;
        let other = device(&stage, &stage.first).await;
        assert!(stage.app.my_self_test(&stage.first).await.unwrap().is_none());
        let begun = stage.app.begin_self_test(&stage.first, &BeginSelfTest { device: Some(other) }).await.unwrap();
        assert_eq!((begun.push_ms, begun.passed), (None, None));
        stage.app.deliver_all().await.unwrap();
        let sent = post.take();
        assert_eq!(kinds(&sent), [Channel::Push], "the one device that is tried");
        assert!(sent[0].to.ends_with(&other.to_string()));
        let PushMessage::Test { test_id, receipt, .. } = sent[0].push() else { panic!("a test") };
        assert_eq!(test_id, begun.id);
        stage.turn(2);
        stage.app.take_receipt(&DeliveryReceipt { receipt, state: DeliveryState::Delivered }).await.unwrap();
        let told = stage.app.report_self_test(&stage.first, begun.id, &HEARD).await.unwrap();
        assert_eq!((told.push_ms, told.push_fault, told.passed), (Some(2000), None, Some(true)));
        let somebody_elses = stage.app.report_self_test(&stage.second, begun.id, &HEARD).await;
        assert!(matches!(somebody_elses, Err(Error::NotFound)));

        let lines = stage.app.self_tests(&stage.coordinator).await.unwrap();
        let line = |person| lines.iter().find(|line| line.person_id == person).expect("is on duty");
        assert_eq!(line(stage.first.person_id).test.as_ref().unwrap().id, begun.id);
        assert!(line(stage.second.person_id).test.is_none(), "never tried");
        assert!(matches!(stage.app.self_tests(&stage.first).await, Err(Error::Forbidden)));
    }

    async fn a_push_that_does_not_come_back_fails_after_a_minute_and_a_refused_one_at_once(fixture) {
        let (stage, post) = stage(&fixture).await;
        let unknown = BeginSelfTest { device: Some(Uuid::now_v7()) };
        assert!(matches!(stage.app.begin_self_test(&stage.first, &unknown).await, Err(Error::InvalidField(_))));
        stage.app.begin_self_test(&stage.first, &BeginSelfTest { device: None }).await.unwrap();
        pass(&stage, 59).await;
        assert_eq!(stage.app.my_self_test(&stage.first).await.unwrap().unwrap().push_fault, None);
        pass(&stage, 1).await;
        let late = stage.app.my_self_test(&stage.first).await.unwrap().unwrap();
        assert_eq!((late.push_fault, late.passed), (Some(DeliveryFault::TimedOut), Some(false)));
        post.answers(Channel::Push, Handed::Failed(DeliveryFault::NotAllowed));
        let begun = stage.app.begin_self_test(&stage.first, &BeginSelfTest { device: None }).await.unwrap();
        stage.app.deliver_all().await.unwrap();
        let last = stage.app.my_self_test(&stage.first).await.unwrap().unwrap();
        assert_eq!((last.id, last.push_fault, last.passed), (begun.id, Some(DeliveryFault::NotAllowed), Some(false)));
    }
}
