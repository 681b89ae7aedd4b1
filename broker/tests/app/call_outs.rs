//! What one was called out for, and whom to call.

use crate::stage::Stage;
use schemas::{consult::Action, oncall::CallOutQuery};
use telekonsil::app::Error;

const MINUTE: i64 = 60;

on_both! {
    async fn a_call_out_lasts_from_the_accept_to_the_report_and_is_its_specialists_alone(fixture) {
        let stage = Stage::new(&fixture).await;
        let all = CallOutQuery::default();
        assert_eq!(stage.app.call_outs(&stage.first, all).await.unwrap(), []);
        stage.set_password(&stage.first).await;
        let id = stage.accepted().await;
        let accepted_at = stage.now();
        stage.turn(7 * MINUTE);
        let [open] = &stage.app.call_outs(&stage.first, all).await.unwrap()[..] else { panic!("one") };
        assert_eq!((open.consult_id, open.accepted_at, open.ended_at, open.minutes), (id, accepted_at, None, 7));
        assert!(open.rung_at.is_some_and(|rung| rung <= accepted_at));
        stage.sign(&stage.first, id, 0, "").await.unwrap();
        stage.turn(90 * MINUTE);
        let [done] = &stage.app.call_outs(&stage.first, all).await.unwrap()[..] else { panic!("one") };
        assert_eq!((done.ended_at, done.minutes), (Some(accepted_at.plus_seconds(7 * MINUTE)), 7));
        assert_eq!(stage.app.call_outs(&stage.second, all).await.unwrap(), [], "was not called out");
        let before = CallOutQuery { from: None, until: Some(accepted_at) };
        assert_eq!(stage.app.call_outs(&stage.first, before).await.unwrap(), []);
        assert!(matches!(stage.app.call_outs(&stage.referrer, all).await, Err(Error::Forbidden)));
    }

    async fn contacts_name_who_is_on_duty_and_the_houses_that_ask_and_no_patient(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        let contacts = stage.app.contacts(&stage.first).await.unwrap();
        let houses: Vec<_> = contacts.hospitals.iter().map(|house| house.id).collect();
        assert!(houses.contains(&stage.first.hospital_id) && houses.contains(&stage.referrer.hospital_id), "{houses:?}");
        let on_duty: Vec<_> = contacts.services.iter().flat_map(|line| &line.on_duty).map(|duty| duty.person.id).collect();
        assert!(on_duty.contains(&stage.first.person_id) && on_duty.contains(&stage.second.person_id));
        assert!(contacts.services.iter().all(|line| !line.service.fallback_phone.is_empty()));
        stage.act(&stage.first, id, Action::Accept).await.unwrap();
        assert!(matches!(stage.app.contacts(&stage.referrer).await, Err(Error::Forbidden)));
    }
}
